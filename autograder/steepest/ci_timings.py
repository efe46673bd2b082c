"""Where the seconds of one `steepest ci` went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Timings:
    """Seconds of one grading by who spent them; for people, never for a report."""

    wall_s: float = 0.0
    import_wall_s: float = 0.0
    student_wall_s: float = 0.0
    import_cpu_s: float = 0.0
    student_cpu_s: float = 0.0
    judge_cpu_s: float = 0.0

    @property
    def kit_wall_s(self) -> float:
        """Return the seconds in which nobody waited for torch or for the submission."""
        return self.wall_s - self.import_wall_s - self.student_wall_s
