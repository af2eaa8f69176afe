package io.rebalancer.playground;

import static org.awaitility.Awaitility.await;

import io.rebalancer.loopback.LoopbackPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real nginx that serves the objects of a storage node, without a log of requests. */
final class BenchNginx implements AutoCloseable {
    private static final String CONFIG = """
            daemon off;
            master_process off;
            worker_processes 1;
            error_log %1$s/error.log;
            pid %1$s/nginx.pid;
            events {}
            http {
              access_log off;
              client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
              server { listen 127.0.0.1:%2$d; root %3$s; autoindex on; }
            }
            """;

    private final Process process;
    private final int port;

    private BenchNginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param work directory for the log of errors and temporary files */
    static BenchNginx serve(Path root, Path work) throws IOException {
        int port = LoopbackPorts.reserve();
        Files.createDirectories(work);
        Path config = Files.writeString(work.resolve("nginx.conf"), CONFIG.formatted(work, port, root));
        Process process = new ProcessBuilder("nginx", "-p", work.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("out").toFile())
                .start();
        BenchNginx nginx = new BenchNginx(process, port);
        await().until(() -> nginx.isListening(work));
        return nginx;
    }

    private boolean isListening(Path work) {
        if (!process.isAlive()) {
            throw new IllegalStateException("nginx ended; see " + work.resolve("out"));
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
