"""The sample retailer of `crmsync demo`: invented people in three systems that spell them apart."""
