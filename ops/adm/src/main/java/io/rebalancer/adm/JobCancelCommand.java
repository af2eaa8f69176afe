package io.rebalancer.adm;

import io.rebalancer.core.evacuate.JobPhase;
import java.time.Duration;
import picocli.CommandLine.Command;

/** {@code job cancel}. Takes effect at once: an operator who has to stop a job must not have to confirm that. */
@Command(
        name = "cancel",
        description = "Ends a job for good: verified copies are committed, all others are discarded. Waits until every"
                + " agent has acknowledged that nothing is written any more: for 30 s, or with --wait as long as it"
                + " takes, or for --timeout. The job is cancelled also after that time. The storage node stays out of"
                + " service; node recommission puts it back.")
final class JobCancelCommand extends JobOrderCommand {
    private static final Duration USUAL = Duration.ofSeconds(30);

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        return confirmed(
                "cancel", JobPhase.CANCELLED, USUAL, "every agent has acknowledged that nothing is written for it");
    }
}
