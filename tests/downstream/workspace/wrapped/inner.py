"""What the rule hands on."""

TEXT = "inner"
