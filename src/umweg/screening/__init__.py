"""An order book in, a reasoned decision for every line out."""
