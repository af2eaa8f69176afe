package io.rebalancer.loopback;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Reserves TCP ports of the loopback address. No two processes on a machine that use this class get the same port while
 * both are alive, and no process gets a port twice.
 *
 * <p>A UDP socket that is bound to the same number guards each reserved port. The operating system closes it when the
 * process ends, also after SIGKILL. UDP and TCP numbers are independent, so the guard does not disturb the TCP server.
 */
public final class LoopbackPorts {
    /** Reserved ports lie below the range from which the operating system assigns ports to outgoing connections. */
    private static final int MIN_PORT = 10_000;

    private static final int MAX_PORT = 32_000;
    private static final int MAX_ATTEMPTS = 10_000;
    /** Keeps the guards reachable: the garbage collector would close them. */
    private static final Queue<DatagramSocket> GUARDS = new ConcurrentLinkedQueue<>();

    private LoopbackPorts() {}

    /**
     * Reserves a port on which nothing listens now. A program that does not use this class can still take it.
     *
     * @throws BindException if {@value #MAX_ATTEMPTS} attempts found no free port
     */
    public static int reserve() throws IOException {
        Random random = new Random();
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            int port = random.nextInt(MIN_PORT, MAX_PORT + 1);
            if (guard(port)) {
                return port;
            }
        }
        throw new BindException("no free port from " + MIN_PORT + " to " + MAX_PORT
                + " on the loopback address; stop processes that listen there");
    }

    /**
     * Reserves {@code count} ports, as {@link #reserve()} does.
     *
     * @throws BindException if there are not enough free ports
     */
    public static List<Integer> reserve(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            ports.add(reserve());
        }
        return List.copyOf(ports);
    }

    /**
     * Checks that a server could listen on {@code port} now, without reserving it.
     *
     * @throws IOException if the port is taken, or this process must not use it
     */
    public static void requireFree(int port) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
    }

    /** Reserves {@code port} unless it is reserved or in use. */
    private static boolean guard(int port) {
        DatagramSocket guard;
        try {
            guard = new DatagramSocket(port, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            return false;
        }
        try {
            requireFree(port);
        } catch (IOException e) {
            guard.close();
            return false;
        }
        GUARDS.add(guard);
        return true;
    }
}
