package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Ports of the loopback address that nobody listens at. */
public final class FreePorts {

    private static final int FIRST = 10_000;
    private static final int LAST = 32_000;
    private static final int MAX_ATTEMPTS = 10_000;
    /** Not to be tried again: nobody may listen yet at one that was found a moment ago. */
    private static final Set<Integer> TRIED = ConcurrentHashMap.newKeySet();

    private FreePorts() {}

    /**
     * {@code count} ones that this process has not been given before, below those that the system gives to connections:
     * such a one could be taken again before its node listens. Somebody else may take one all the same, and its node then
     * says so.
     */
    public static List<Integer> find(int count) throws PlaygroundFault {
        Random random = new Random();
        Set<Integer> ports = new LinkedHashSet<>();
        for (int tried = 0; ports.size() < count; tried++) {
            if (tried > MAX_ATTEMPTS) {
                throw new PlaygroundFault("no " + count + " free ports from " + FIRST + " to " + LAST
                        + " on the loopback address; stop what listens there");
            }
            int port = FIRST + random.nextInt(LAST - FIRST + 1);
            if (!TRIED.add(port)) {
                continue;
            }
            try (ServerSocket socket = bind(port)) {
                ports.add(socket.getLocalPort());
            } catch (IOException e) {
                // Taken: another one.
            }
        }
        return List.copyOf(ports);
    }

    /** @throws PlaygroundFault if somebody listens at {@code port} */
    public static void requireFree(int port) throws PlaygroundFault {
        try (ServerSocket socket = bind(port)) {
            if (socket.getLocalPort() != port) {
                throw new PlaygroundFault("port " + port + " can't be had");
            }
        } catch (IOException e) {
            throw new PlaygroundFault("--port " + port + " can't be used (" + e.getMessage()
                    + "); stop what listens there, give another, or leave it out for a free one");
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
