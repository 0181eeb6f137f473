//! The sample service in a process of its own, to be measured against: prints its address, serves until standard input ends.
#![allow(clippy::print_stdout, reason = "whoever starts it reads the address there")]

use std::io::Read as _;

fn main() -> std::io::Result<()> {
    let service = callsheet_servers::SampleService::start_quiet();
    println!("{}", service.url());
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
