//! Seeded schedules of crashes, clock jumps and bad disks over the real node code.
