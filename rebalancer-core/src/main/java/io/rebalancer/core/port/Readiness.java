package io.rebalancer.core.port;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Whether a process can work now. */
@FunctionalInterface
public interface Readiness {

    /** The conditions that the process still waits for, as readable text; empty when it is ready. */
    CompletionStage<List<String>> waitingFor();
}
