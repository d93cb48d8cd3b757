#!/bin/sh
# Stands for a launcher; it never runs.
exit 1
