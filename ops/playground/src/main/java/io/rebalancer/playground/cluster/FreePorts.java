package io.rebalancer.playground.cluster;

import io.rebalancer.loopback.LoopbackPorts;
import io.rebalancer.playground.console.PlaygroundFault;
import java.io.IOException;
import java.util.List;

/** Ports for the playground's nodes, with failures as the playground's user reads them. */
public final class FreePorts {

    private FreePorts() {}

    /**
     * Reserves {@code count} ports for this process. If another program takes one before its node listens, that node
     * reports it.
     */
    public static List<Integer> find(int count) throws PlaygroundFault {
        try {
            return LoopbackPorts.reserve(count);
        } catch (IOException e) {
            throw new PlaygroundFault(String.valueOf(e.getMessage()));
        }
    }

    /** @throws PlaygroundFault if a process listens on {@code port} */
    public static void requireFree(int port) throws PlaygroundFault {
        try {
            LoopbackPorts.requireFree(port);
        } catch (IOException e) {
            throw new PlaygroundFault("--port " + port + " can't be used (" + e.getMessage()
                    + "); stop the process that listens there, choose another port, or omit --port to get a free one");
        }
    }
}
