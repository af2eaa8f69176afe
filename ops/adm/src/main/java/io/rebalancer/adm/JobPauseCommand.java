package io.rebalancer.adm;

import io.rebalancer.core.evacuate.JobPhase;
import java.time.Duration;
import picocli.CommandLine.Command;

/** {@code job pause}. */
@Command(
        name = "pause",
        description = "Stops all writes of a job: no byte is written for it and no record is changed, until it is"
                + " resumed. Waits until every agent has confirmed that, and names those that have not: for 3 s, or"
                + " with --wait as long as it takes, or for --timeout. The job pauses also after that time.")
final class JobPauseCommand extends JobOrderCommand {
    private static final Duration USUAL = Duration.ofSeconds(3);

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        return confirmed("pause", JobPhase.PAUSED, USUAL, "every agent has confirmed that it writes nothing");
    }
}
