package io.rebalancer.loopback;

import java.io.IOException;
import java.util.List;

/** A process that reserves ports, prints them on one line, and lives until its standard input ends. */
final class PortReserver {

    private PortReserver() {}

    public static void main(String[] arguments) throws IOException {
        List<Integer> ports = LoopbackPorts.reserve(Integer.parseInt(arguments[0]));
        System.out.println(String.join(" ", ports.stream().map(String::valueOf).toList()));
        while (System.in.read() >= 0) {
            // The parent sends nothing; it closes the stream.
        }
    }
}
