package io.rebalancer.testsupport;

import static org.awaitility.Awaitility.await;

import io.rebalancer.loopback.LoopbackPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real nginx that serves a directory like a storage node's file server. */
public final class Nginx implements AutoCloseable {
    private static final String CONFIG = """
            daemon off;
            master_process off;
            worker_processes 1;
            error_log %1$s/error.log;
            pid %1$s/nginx.pid;
            events {}
            http {
              access_log %4$s;
              client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy; fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi; scgi_temp_path %1$s/scgi;
              server {
                listen 127.0.0.1:%2$d;
                root %3$s;
                autoindex on;
                location /redirect/ { return 302 http://127.0.0.1:%2$d/; }
                location /broken/ { return 500; }
              }
            }
            """;

    private static final String ACCESS_LOG = "access.log";

    private final Process process;
    private final int port;
    private final Path work;

    private Nginx(Process process, int port, Path work) {
        this.process = process;
        this.port = port;
        this.work = work;
    }

    /**
     * Serves {@code root}, and logs each request.
     *
     * @param work directory for logs and temporary files
     */
    public static Nginx serve(Path root, Path work) throws IOException {
        return start(root, work, work.resolve(ACCESS_LOG).toString());
    }

    /** Serves {@code root} without a log of requests, which would cost a bench as much as a small file. */
    public static Nginx serveUnlogged(Path root, Path work) throws IOException {
        return start(root, work, "off");
    }

    private static Nginx start(Path root, Path work, String accessLog) throws IOException {
        int port = LoopbackPorts.reserve();
        Files.createDirectories(work);
        Path config = Files.writeString(work.resolve("nginx.conf"), CONFIG.formatted(work, port, root, accessLog));
        Process process = new ProcessBuilder("nginx", "-p", work.toString(), "-c", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(work.resolve("out").toFile())
                .start();
        Nginx nginx = new Nginx(process, port, work);
        await().until(nginx::isListening);
        return nginx;
    }

    private boolean isListening() {
        if (!process.isAlive()) {
            throw new IllegalStateException("nginx ended; see " + work.resolve("out"));
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The process, which has no children. */
    public long pid() {
        return process.pid();
    }

    /** The base URL. */
    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The number of GETs of {@code path} in the access log. */
    public long fetches(String path) throws IOException {
        return requestsOf(path).size();
    }

    /** The lines of the access log for {@code path}, in the order of the replies. */
    public List<String> requestsOf(String path) throws IOException {
        return requests().stream()
                .filter(line -> line.contains("\"GET " + path + " "))
                .toList();
    }

    /** All requests that nginx has answered. */
    public List<String> requests() throws IOException {
        return Files.readAllLines(work.resolve(ACCESS_LOG));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
