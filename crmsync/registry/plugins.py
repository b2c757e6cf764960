"""Finds, loads and checks plugins by three doors; the only caller of pluggy.

The doors: installed packages (entry-point group `crmsync`), the file `crmsync_plugins.py` beside
crmsync.toml, and plugins handed over in Python. What crmsync brings itself is registered by name
through the very same hooks. A plugin that cannot be loaded is named and kept apart: it stops only
the runs that need it. Packages name their connectors by another entry point: `catalog`.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

from crmsync import hookspecs
from crmsync.errors import NOBODYS_FAULT, ConfigError, PluginError
from crmsync.hookspecs import PROJECT, Connector
from crmsync.model.own_habit import GivenHabit, HabitDefinition, problem
from crmsync.registry.catalog import BUILT_IN as OURS
from crmsync.registry.catalog import Catalog, installed, version_of
from crmsync.registry.offers import offers

if TYPE_CHECKING:
    from crmsync.hookspecs import Feed
    from crmsync.model.play import Play, Proposal

BUILT_IN = ("crmsync.outreach", "crmsync.till.plugin", "crmsync.identity.search.plugin")
"""Our own plugins, loaded by name like anybody's."""

LOCAL = "crmsync_plugins.py"
VETO = "crmsync_veto_contact"
HABITS = "crmsync_register_habits"


@dataclass(frozen=True, slots=True)
class Loaded:
    """One plugin: its name, the door it came by, its version, and what is wrong with it ("")."""

    name: str
    origin: str
    version: str = ""
    problem: str = ""


@dataclass(slots=True)
class Registry:
    """What the loaded plugins offer, and which connectors there are."""

    manager: pluggy.PluginManager
    connectors: Catalog = field(default_factory=installed)
    plugins: list[Loaded] = field(default_factory=list)
    _added: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def feeds(self) -> list[Feed]:
        """The feeds in their order; the plugins are asked by the first who wants to know."""
        return self._asked("crmsync_register_feeds", lambda feed: (feed.order, feed.name))

    @property
    def plays(self) -> list[Play]:
        """The plays, the most urgent first; asked for like the feeds."""
        return self._asked("crmsync_register_plays", lambda play: (-play.priority, play.name))

    @property
    def habits(self) -> list[GivenHabit]:
        """The plugins' own habits by name; asked for like the feeds, a wrong one is its plugin's
        problem."""
        if HABITS not in self._added:
            found: dict[str, GivenHabit] = {}
            versions = {one.name: one.version for one in self.plugins}
            _register(self, HABITS, partial(_add_habit, found, versions))
            self._added[HABITS] = [found[name] for name in sorted(found)]
        return self._added[HABITS]

    def _asked(self, hook: str, order: Callable[[Any], Any]) -> list[Any]:
        if hook not in self._added:
            found: list[Any] = []
            _register(self, hook, lambda _plugin, item: found.append(item))
            self._added[hook] = sorted(found, key=order)
        return self._added[hook]

    def given(self, connector: str) -> bool:
        """Whether a connector comes from a plugin handed over in Python."""
        given = {one.name for one in self.plugins if one.origin == "given"}
        return self.connectors.givers.get(connector) in given

    def connector(self, name: str) -> type[Connector]:
        """The connector called `name`.

        ConfigError that lists the known and the broken ones when there is none, PluginError when
        it cannot be imported.
        """
        try:
            return self.connectors[name]
        except ConfigError as error:
            broken = [f"{one.name} ({one.problem})" for one in self.plugins if one.problem]
            if broken:
                error.hint += f" Plugins that did not load: {'; '.join(broken)}."
            raise

    def everything(self) -> list[Loaded]:
        """Every plugin and every connector of a package, asked for all that may be wrong."""
        _ = self.feeds, self.plays, self.habits
        offered = [
            Loaded(name, _origin(entry), version_of(entry), self.connectors.problem(name))
            for name, entry in self.connectors.offered.items()
        ]
        return [*self.plugins, *sorted(offered, key=lambda one: (one.origin, one.name))]

    def vetoes(self) -> list[tuple[str, Callable[..., Mapping[str, str]]]]:
        """Every plugin's veto on contacts, with the plugin's name.

        One that did not load forbids every contact: nobody knows whom it would have spared.
        """
        implementations = getattr(self.manager.hook, VETO).get_hookimpls()
        absent = [(plugin.name, _forbid_all) for plugin in self.absent()]
        return [*((one.plugin_name, one.function) for one in implementations), *absent]

    def absent(self) -> list[Loaded]:
        """The plugins that did not load."""
        return [one for one in self.plugins if not self.manager.has_plugin(one.name)]

    def tell(self, hook: str, **arguments: Any) -> list[str]:
        """Call a *told* hook, plugin by plugin; gives the failures as sentences."""
        caller = getattr(self.manager.hook, hook)
        failures = []
        for implementation in caller.get_hookimpls():
            wanted = {name: arguments[name] for name in implementation.argnames}
            try:
                implementation.function(**wanted)
            except NOBODYS_FAULT:
                raise
            except BaseException as error:  # a plugin's fault never undoes what is committed
                failures.append(f"{implementation.plugin_name}: {hook}: {type(error).__name__}")
        return failures


def load(*, base: Path | None = None, plugins: Sequence[object] = ()) -> Registry:
    """A registry with the built-in, installed, local (in `base`) and given plugins."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    registry = Registry(manager)
    for name in BUILT_IN:
        _add(registry, name, "built in", partial(importlib.import_module, name))
    for entry in offers(PROJECT):
        _add(registry, entry.name, "package", entry.load, version_of(entry))
    if base is not None and (base / LOCAL).is_file():
        _add(registry, LOCAL, "local", lambda: _local(base / LOCAL), _digest(base / LOCAL))
    for plugin in plugins:
        _add(registry, _name_of(registry, plugin), "given", partial(_same, plugin))
    _register(registry, "crmsync_register_connectors", registry.connectors.hand_over)
    return registry


def _add(
    registry: Registry, name: str, origin: str, find: Callable[[], object], version: str = ""
) -> None:
    problem = ""
    try:
        registry.manager.register(find(), name)
        registry.manager.check_pending()
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # a broken plugin is named, the others go on
        if registry.manager.has_plugin(name):
            registry.manager.unregister(name=name)
        problem = f"{type(error).__name__}: {error}".splitlines()[0]
    registry.plugins.append(Loaded(name, origin, version, problem))


def _origin(entry: EntryPoint) -> str:
    return "built in" if OURS.get(entry.name) == entry.value else "package"


def _forbid_all(proposals: Sequence[Proposal], as_of: str) -> Mapping[str, str]:
    """The veto of a plugin that did not load."""
    return {one.contact.id: "it did not load, so whom it spares is unknown" for one in proposals}


def _digest(path: Path) -> str:
    """What stands for the version of a file: another text is another version."""
    try:
        return blake2b(path.read_bytes(), digest_size=6).hexdigest()
    except OSError:  # loading it says why
        return ""


def _same(plugin: object) -> object:
    return plugin


def _local(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("crmsync_plugins", path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path} cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _name_of(registry: Registry, plugin: object) -> str:
    """A plugin's own name, with a number where it is taken."""
    name = getattr(plugin, "__name__", type(plugin).__name__)
    taken = sum(one.name.split("#")[0] == name for one in registry.plugins)
    return f"{name}#{taken + 1}" if taken else name


def _register(registry: Registry, hook: str, add: Callable[[str, Any], None]) -> None:
    """Call a register hook, one plugin at a time, so that a faulty one is named."""
    for implementation in getattr(registry.manager.hook, hook).get_hookimpls():
        try:
            implementation.function(register=partial(add, implementation.plugin_name))
        except NOBODYS_FAULT:
            raise
        except BaseException as error:  # named and kept apart, like a failed import
            _blame(registry, implementation.plugin_name, f"{hook}: {error}")


def _add_habit(
    found: dict[str, GivenHabit],
    versions: Mapping[str, str],
    plugin: str,
    definition: HabitDefinition,
) -> None:
    """Take a plugin's habit; PluginError when it is wrong."""
    if wrong := problem(definition, found):
        raise PluginError(wrong)
    version = versions.get(plugin, "")
    sign = "\t".join([plugin, version, definition.name, definition.version, definition.sql])
    found[definition.name] = GivenHabit(plugin, sign, definition)


def _blame(registry: Registry, name: str, problem: str) -> None:
    registry.plugins[:] = [
        Loaded(plugin.name, plugin.origin, plugin.version, problem)
        if plugin.name == name
        else plugin
        for plugin in registry.plugins
    ]


def check(registry: Registry) -> list[str]:
    """What is wrong with the plugins' hooks beyond loading: hints that differ from the spec's."""
    problems = [f"{one.name}: {one.problem}" for one in registry.everything() if one.problem]
    for name, caller in vars(registry.manager.hook).items():
        if hasattr(hookspecs, name):
            problems += _compare(name, caller.get_hookimpls())
    return problems


def _compare(hook: str, implementations: Sequence[Any]) -> list[str]:
    wanted = _hints(getattr(hookspecs, hook))
    return [
        f"{implementation.plugin_name}: {hook}({name}) is hinted {hints[name]}, "
        f"the contract says {wanted.get(name)}"
        for implementation in implementations
        for hints in [_hints(implementation.function)]
        for name in hints
        if hints[name] != wanted.get(name)
    ]


def _hints(function: Callable[..., Any]) -> Mapping[str, str]:
    """Parameter and return hints as texts, without module names and quotes."""
    return {name: _plain(hint) for name, hint in inspect.get_annotations(function).items()}


def _plain(hint: object) -> str:
    text = hint if isinstance(hint, str) else inspect.formatannotation(hint)
    words = text.replace("'", "").replace('"', "")
    return re.sub(r"\b(?:\w+\.)+(\w+)", r"\1", words)
