package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Follows a job until it is where an operator waits for it to be. The job does not notice. */
final class JobWatch {
    /** Longer than the managers need to replace a lost one. */
    private static final Duration MAX_UNREACHABLE = Duration.ofMinutes(2);

    private final ManagerApiClient manager;
    private final String id;
    private final AdmContext context;
    private final WatchDisplay display;
    private JsonNode job = MissingNode.getInstance();

    JobWatch(ManagerApiClient manager, String id, AdmContext context, WatchDisplay display) {
        this.manager = manager;
        this.id = id;
        this.context = context;
        this.display = display;
    }

    /** Follows the job from an answer that shows it already, and that may be what the operator waits for. */
    JobWatch from(JsonNode answer) {
        job = answer;
        return this;
    }

    String id() {
        return id;
    }

    Instant now() {
        return context.clock().instant();
    }

    /** The job as it was last seen. */
    JsonNode job() {
        return job;
    }

    /**
     * Returns how the job ended, or {@link ExitCode#BLOCKED} if the time is over, or if nothing ends the wait for a job that
     * is stalled.
     *
     * @param timeout empty to wait as long as it takes
     * @param followsStalled whether to continue also when the job is stalled and there is no timeout
     */
    ExitCode await(WaitTarget target, Optional<Duration> timeout, boolean followsStalled)
            throws CommandFailed, InterruptedException {
        long start = System.nanoTime();
        Thread hint = new Thread(this::interrupted, "watch-interrupted");
        Runtime.getRuntime().addShutdownHook(hint);
        try {
            if (job.isMissingNode()) {
                job = find(timeout);
            }
            while (true) {
                display.show(job, display.showsProgress() ? progress() : MissingNode.getInstance());
                if (target.isReachedBy(job) || WaitTarget.hasEnded(job)) {
                    return target.exitCode(job);
                }
                Optional<Duration> left = timeout.map(each -> each.minusNanos(System.nanoTime() - start));
                boolean isOver = left.map(each -> each.isNegative() || each.isZero())
                        .orElse(!followsStalled && WaitTarget.stateOf(job).equals("STALLED"));
                if (isOver) {
                    return ExitCode.BLOCKED;
                }
                long interval = context.pollInterval().toMillis();
                Thread.sleep(
                        left.map(each -> Math.min(each.toMillis(), interval)).orElse(interval));
                job = find(left);
            }
        } finally {
            removeHook(hint);
        }
    }

    private JsonNode find(Optional<Duration> left) throws CommandFailed, InterruptedException {
        long start = System.nanoTime();
        Duration limit =
                left.filter(each -> each.compareTo(MAX_UNREACHABLE) < 0).orElse(MAX_UNREACHABLE);
        boolean reported = false;
        while (true) {
            try {
                return ManagerApiClient.json(manager.get(path()));
            } catch (CommandFailed e) {
                boolean lasts = System.nanoTime() - start > limit.toNanos();
                if (!e.isTemporary() || lasts) {
                    throw e;
                }
                if (!reported) {
                    display.message(e.getMessage() + "; trying again");
                    reported = true;
                }
                Thread.sleep(context.pollInterval().toMillis());
            }
        }
    }

    /** A job that moves to another manager does not report its progress for a moment; its state is shown then. */
    private JsonNode progress() throws CommandFailed, InterruptedException {
        try {
            return ManagerApiClient.json(manager.get(path() + "/progress"));
        } catch (CommandFailed e) {
            if (!e.isTemporary()) {
                throw e;
            }
            return MissingNode.getInstance();
        }
    }

    private String path() {
        return "/api/v1/jobs/" + ManagerApiClient.segment(id);
    }

    /** Runs when the operator ends the process. */
    private void interrupted() {
        display.message("stopped watching; job " + id + " continues. To follow it again: " + LegacyUsage.PROGRAM
                + " job watch " + id);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and the hook runs now.
            return;
        }
    }
}
