package io.rebalancer.core.port;

import io.rebalancer.core.preflight.CheckResult;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The checks before a job is created. Every manager runs them. They change nothing. */
public interface PreflightService {

    /**
     * Runs all checks for a job that empties a storage node.
     *
     * @param leavingNode storage id, with or without the domain suffix
     * @return the result of every check, in the order of their names; completes within seconds and never fails: a check
     *     without an answer is a warning
     */
    CompletionStage<List<CheckResult>> check(String leavingNode);
}
