"""Measurements that the docs quote; each module prints how its figures were taken."""
