//! Nothing that an external prover started outlives it. In a process of its own, since [`end_all`] ends every prover
//! of the process.

use prover::command::Command;
use prover::process::end_all;
use prover::system::{ProofSystem, Shape, SlotKind};
use std::path::Path;
use std::time::{Duration, Instant};
use workloads::state::Depth;

const LONG: Duration = Duration::from_secs(20);

#[test]
fn nothing_that_it_started_outlives_it() {
    let depth = Depth::new(8).expect("in range");
    let shape = Shape { depth, capacity: 4, slots: SlotKind::Any };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let live = |file: &Path| {
        let pid = std::fs::read_to_string(file).expect("written");
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        // One that has ended and waits to be reaped by init is as good as gone.
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    let gone = |file: &Path| {
        let until = Instant::now() + Duration::from_secs(5);
        while live(file) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        !live(file)
    };
    let script = format!(
        "sleep 1000 & echo $! > {}; read -r line; echo '{{\"name\":\"test\",\"version\":\"1\"}}'; wait",
        file.display()
    );
    let argv = vec!["sh".to_owned(), "-c".to_owned(), script];
    let mut command = Command::new(argv.clone(), LONG).expect("valid");
    command.set_up(shape, 2).expect("answers");
    assert!(live(&file));
    drop(command);
    assert!(gone(&file));
    let mut command = Command::new(argv, LONG).expect("valid");
    command.set_up(shape, 2).expect("answers");
    assert!(live(&file));
    end_all();
    assert!(gone(&file));
}
