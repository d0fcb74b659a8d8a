"""The two requests that a broker lives on, cut short where that pays. The general way stands in `apis/data`."""
