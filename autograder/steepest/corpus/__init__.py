"""Grading the grader: right and wrong solutions of each assignment, graded through the same path as submissions."""
