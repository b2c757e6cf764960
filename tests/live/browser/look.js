// Opens a page in Chromium and prints, as JSON, what a person and a network would have seen.
// node look.js PAGE PICTURE WIDTH
import chromium from "@sparticuz/chromium";
import { chromium as driver } from "playwright-core";

const [page, picture, width] = process.argv.slice(2);
const browser = await driver.launch({
  executablePath: await chromium.executablePath(), args: chromium.args, headless: true,
});
const tab = await browser.newPage({ viewport: { width: Number(width), height: 900 } });
const said = [], asked = [];
tab.on("console", (message) => said.push(message.text()));
tab.on("pageerror", (error) => said.push(String(error)));
tab.on("request", (request) => asked.push(request.url()));
await tab.goto(page);
const seen = await tab.evaluate(() => ({
  title: document.title,
  headings: [...document.querySelectorAll("h2")].map((one) => one.textContent),
  plots: [...document.querySelectorAll("svg")].map((one) => {
    const { width, height } = one.getBoundingClientRect();
    return { width, height, texts: one.querySelectorAll("text").length };
  }),
  wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  text: document.body.innerText,
}));
await tab.screenshot({ path: picture, fullPage: true });
const printed = await tab.pdf({ format: "A4" });
await browser.close();
console.log(JSON.stringify({ ...seen, said, asked, printed: printed.length }));
