package io.rebalancer.adm;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.evacuate.JobPhase;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a command waits for.
 *
 * @param state the state that the job is to reach; empty for any state that ends it
 */
record WaitTarget(Optional<JobPhase> state) {
    /** The word of a target that any end of the job reaches. */
    static final String ENDED = "ended";

    static final WaitTarget END = new WaitTarget(Optional.empty());

    static WaitTarget of(JobPhase state) {
        return new WaitTarget(Optional.of(state));
    }

    /** Parses {@code ended}, or a state of jobs in any case, with dashes or underscores. */
    static WaitTarget parse(String text) {
        String word = text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
        if (word.equals(ENDED.toUpperCase(Locale.ROOT))) {
            return END;
        }
        return Arrays.stream(JobPhase.values())
                .filter(each -> each != JobPhase.NONE && each.name().equals(word))
                .findFirst()
                .map(WaitTarget::of)
                .orElseThrow(() -> new IllegalArgumentException("a job has no state \"" + text
                        + "\"; wait for ended, or one of "
                        + Arrays.stream(JobPhase.values())
                                .filter(each -> each != JobPhase.NONE)
                                .map(JobPhase::name)
                                .collect(Collectors.joining(", "))));
    }

    /** Whether the job is where the command waits for it to be. */
    boolean isReachedBy(JsonNode job) {
        return state.map(each -> each.name().equals(stateOf(job))).orElseGet(() -> hasEnded(job));
    }

    /** Whether no other state follows that of the job. */
    static boolean hasEnded(JsonNode job) {
        return Arrays.stream(JobPhase.values())
                .anyMatch(each -> each.terminal() && each.name().equals(stateOf(job)));
    }

    /** The exit code for a job that has reached this target, or that has ended otherwise. */
    ExitCode exitCode(JsonNode job) {
        boolean reached = isReachedBy(job);
        return switch (stateOf(job)) {
            case "DONE" -> reached ? ExitCode.DONE : ExitCode.FAILURE;
            case "DONE_WITH_EXCEPTIONS" -> reached ? ExitCode.EXCEPTIONS : ExitCode.FAILURE;
            case "LIMIT_REACHED" ->
                !reached
                        ? ExitCode.FAILURE
                        : job.path("skipped").asLong() + job.path("failed").asLong() == 0
                                ? ExitCode.DONE
                                : ExitCode.EXCEPTIONS;
            case "FAILED" -> ExitCode.FAILURE;
            default -> reached && state.isPresent() ? ExitCode.DONE : ExitCode.FAILURE;
        };
    }

    static String stateOf(JsonNode job) {
        return job.path("state").asText();
    }

    @Override
    public String toString() {
        return state.map(JobPhase::name).orElse(ENDED);
    }
}
