"""The two requests that a broker lives on, cut short. The general way stands in `apis/data`."""
