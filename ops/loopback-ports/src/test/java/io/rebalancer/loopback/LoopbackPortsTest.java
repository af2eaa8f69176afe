package io.rebalancer.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopbackPortsTest {
    /** Of 22,001 ports: two processes that chose without guards would have some in common. */
    private static final int PORTS_PER_PROCESS = 600;

    @Test
    void aPortIsNeverReservedTwice() throws Exception {
        assertThat(LoopbackPorts.reserve(PORTS_PER_PROCESS))
                .hasSize(PORTS_PER_PROCESS)
                .doesNotHaveDuplicates();
    }

    @Test
    void aServerCanListenOnAReservedPort() throws Exception {
        int port = LoopbackPorts.reserve();
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            assertThatThrownBy(() -> LoopbackPorts.requireFree(port)).isInstanceOf(BindException.class);
        }
        assertThatCode(() -> LoopbackPorts.requireFree(port)).doesNotThrowAnyException();
    }

    @Test
    void twoProcessesNeverReserveTheSamePort() throws Exception {
        Process first = start();
        Process second = start();
        try {
            List<Integer> ports = new ArrayList<>(ports(first));
            ports.addAll(ports(second));
            assertThat(ports).hasSize(2 * PORTS_PER_PROCESS).doesNotHaveDuplicates();
        } finally {
            first.destroyForcibly();
            second.destroyForcibly();
        }
    }

    private static Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        PortReserver.class.getName(),
                        String.valueOf(PORTS_PER_PROCESS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<Integer> ports(Process process) throws IOException {
        // Not closed: the process lives, and so holds its ports, until the test ends.
        BufferedReader output = process.inputReader();
        return Arrays.stream(output.readLine().split(" ")).map(Integer::valueOf).toList();
    }
}
