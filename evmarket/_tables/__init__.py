"""Tables that can be shown or handed on."""
