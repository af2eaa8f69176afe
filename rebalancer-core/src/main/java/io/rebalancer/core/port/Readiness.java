package io.rebalancer.core.port;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whether a process can do its work now. */
@FunctionalInterface
public interface Readiness {

    /** What is still waited for, in words for people; empty when ready. */
    CompletionStage<List<String>> waitingFor();
}
