package io.rebalancer.http.server;

import io.rebalancer.core.access.Role;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.text.StableWord;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * An action that an operator orders.
 *
 * @param word a stable word, such as {@code job.cancel}
 * @param subject what the action is about
 * @param parameters of the order, by name
 */
public record Action(String word, String subject, Map<String, String> parameters) {

    /** An action on a job, a storage node or a member, without parameters. */
    public static Action on(String word, String subject) {
        return new Action(word, subject, Map.of());
    }

    /** The creation of a job. */
    public static Action createJob(String leavingNode, long maxObjects) {
        return new Action("job.create", leavingNode, Map.of("maxObjects", String.valueOf(maxObjects)));
    }

    /** The creation of a plan. */
    public static Action createPlan(String leavingNodes, long maxObjects) {
        return new Action("plan.create", leavingNodes, Map.of("maxObjects", String.valueOf(maxObjects)));
    }

    /** The end of a plan. */
    public static Action deletePlan(UUID planId) {
        return on("plan.delete", planId.toString());
    }

    /** The issue of a token. */
    public static Action issueToken(String name, Role role) {
        return on("token.issue", name).with("role", role.word());
    }

    /** The end of a token. */
    public static Action revokeToken(UUID tokenId) {
        return on("token.revoke", tokenId.toString());
    }

    /** The action with one more parameter. */
    public Action with(String name, String value) {
        Map<String, String> all = new TreeMap<>(parameters);
        all.put(name, value);
        return new Action(word, subject, all);
    }

    /** The creation of a job for the node of an ended job. */
    public static Action retryJob(UUID jobId) {
        return on("job.retry", jobId.toString());
    }

    /** The retry of a job's exceptions, or the creation of a job for its node if no reason is given. */
    public static Action retryJob(UUID jobId, Set<Reason> reasons) {
        Action retry = retryJob(jobId);
        return reasons.isEmpty()
                ? retry
                : retry.with(
                        "reasons", reasons.stream().map(StableWord::of).sorted().collect(Collectors.joining(",")));
    }

    /** A pause of a job. */
    public static Action pauseJob(UUID jobId) {
        return on("job.pause", jobId.toString());
    }

    /** The end of a job's pause. */
    public static Action resumeJob(UUID jobId) {
        return on("job.resume", jobId.toString());
    }

    /** The end of a job for good. */
    public static Action cancelJob(UUID jobId) {
        return on("job.cancel", jobId.toString());
    }

    /** A change of a running job's parallelism. */
    public static Action tuneJob(UUID jobId, int commitParallelism) {
        return new Action("job.tune", jobId.toString(), Map.of("commitParallelism", String.valueOf(commitParallelism)));
    }
}
