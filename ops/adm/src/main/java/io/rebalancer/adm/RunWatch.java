package io.rebalancer.adm;

import java.time.Duration;
import java.util.Optional;

/** Follows a run of reconciliation until it has ended. The run does not notice. */
final class RunWatch {
    /** Longer than the managers need to replace a lost one. */
    private static final Duration MAX_UNREACHABLE = Duration.ofMinutes(2);

    private final ManagerApiClient manager;
    private final String path;
    private final AdmContext context;

    /** @param path path of the run in the API */
    RunWatch(ManagerApiClient manager, String path, AdmContext context) {
        this.manager = manager;
        this.path = path;
        this.context = context;
    }

    /**
     * Returns the run as it was last seen: ended, or not if the time is over.
     *
     * @param timeout empty to wait as long as it takes
     */
    ManagerApiClient.Response await(Optional<Duration> timeout) throws CommandFailed, InterruptedException {
        long start = System.nanoTime();
        ManagerApiClient.Response run = find();
        while (!ReconcileText.hasEnded(ManagerApiClient.json(run))) {
            Optional<Duration> left = timeout.map(each -> each.minusNanos(System.nanoTime() - start));
            if (left.filter(each -> each.isNegative() || each.isZero()).isPresent()) {
                break;
            }
            long interval = context.pollInterval().toMillis();
            Thread.sleep(left.map(each -> Math.min(each.toMillis(), interval)).orElse(interval));
            run = find();
        }
        return run;
    }

    /** A run that moves to another manager does not answer for a moment. */
    private ManagerApiClient.Response find() throws CommandFailed, InterruptedException {
        long start = System.nanoTime();
        boolean reported = false;
        while (true) {
            try {
                return manager.get(path);
            } catch (CommandFailed e) {
                if (!e.isTemporary() || System.nanoTime() - start > MAX_UNREACHABLE.toNanos()) {
                    throw e;
                }
                if (!reported) {
                    context.err().println(e.getMessage() + "; trying again");
                    reported = true;
                }
                Thread.sleep(context.pollInterval().toMillis());
            }
        }
    }
}
