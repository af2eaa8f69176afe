package io.rebalancer.playground.cluster;

import io.rebalancer.playground.console.PlaygroundFault;
import java.util.List;
import java.util.Map;

/** Starts managers and agents, and observes them. */
public interface NodeRunner extends AutoCloseable {

    /** Starts a node that is not running. */
    void start(NodeSpec node) throws PlaygroundFault, InterruptedException;

    /** The nodes that ended unexpectedly since the last call: one line for each, with the cause if it is known. */
    List<String> takeEnded();

    /** Process ids by node name; empty if the nodes run in this process. */
    Map<String, Long> processIds();

    /** Stops all nodes. */
    @Override
    void close();
}
