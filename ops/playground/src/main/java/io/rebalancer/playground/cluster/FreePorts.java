package io.rebalancer.playground.cluster;

import io.rebalancer.playground.PlaygroundFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports of the loopback address that nobody listens at. */
public final class FreePorts {

    private FreePorts() {}

    /** {@code count} different ones; somebody else may take one before we do, and its node then says so. */
    public static List<Integer> find(int count) throws PlaygroundFault {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = bind(0);
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
            return ports;
        } catch (IOException e) {
            throw new PlaygroundFault("no free port on the loopback address: " + e.getMessage());
        } finally {
            sockets.forEach(FreePorts::close);
        }
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

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
