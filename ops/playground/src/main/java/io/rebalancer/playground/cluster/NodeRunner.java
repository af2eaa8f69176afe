package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import java.util.List;
import java.util.Map;

/** Running managers and agents. */
public interface NodeRunner extends AutoCloseable {

    /** Starts a node, perhaps again. */
    void start(NodeSpec node) throws PlaygroundFault, InterruptedException;

    /** NodeRunner that have ended by themselves since the last call, each with what is known of its end. */
    List<String> ended();

    /** Process ids by node name; empty when the nodes are no processes of their own. */
    Map<String, Long> processIds();

    @Override
    void close();
}
