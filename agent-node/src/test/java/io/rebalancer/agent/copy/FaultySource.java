package io.rebalancer.agent.copy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A file server with one fault per object. It works on plain sockets, because no real server has these faults. */
public final class FaultySource implements AutoCloseable {

    /** What the server does with a GET. */
    public enum Fault {
        NONE,
        NOT_FOUND,
        GONE,
        SERVER_ERROR,
        RESET,
        SILENT,
        STALL,
        TRUNCATED,
        TRUNCATED_WITHOUT_LENGTH,
        TOO_LONG,
        WRONG_LENGTH,
        FLIPPED_BIT,
        DRIP,
        REDIRECT,
        GARBAGE,
        BREAKS_TWICE,
        ENDLESS_ERROR,
        ENDLESS_WRONG_LENGTH,
        ENDLESS_AFTER_TIMEOUT
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<UUID, byte[]> contents = new ConcurrentHashMap<>();
    private final Map<UUID, Fault> faults = new ConcurrentHashMap<>();
    private final Map<UUID, AtomicInteger> requests = new ConcurrentHashMap<>();
    private final Set<UUID> cutOff = ConcurrentHashMap.newKeySet();
    private final CountDownLatch timeout = new CountDownLatch(1);

    public FaultySource() throws IOException {
        server = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    public void serve(UUID objectId, byte[] content, Fault fault) {
        contents.put(objectId, content);
        faults.put(objectId, fault);
    }

    public int requests(UUID objectId) {
        return requests.getOrDefault(objectId, new AtomicInteger()).get();
    }

    /** Whether the client closed the connection before an endless body was complete. */
    boolean wasCutOff(UUID objectId) {
        return cutOff.contains(objectId);
    }

    /** Lets the responses begin that wait for a timeout of the client. */
    void passTimeout() {
        timeout.countDown();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // The test has closed the server.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            boolean keepAlive = true;
            while (keepAlive) {
                Optional<String> request = head(socket.getInputStream());
                keepAlive = request.isPresent() && answer(socket, request.get());
            }
        } catch (IOException | InterruptedException e) {
            // The client has closed the connection, or the test has ended.
        }
    }

    private static Optional<String> head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return Optional.empty();
            }
            head.write(next);
        }
        return Optional.of(head.toString(StandardCharsets.ISO_8859_1));
    }

    /** Answers a request and returns whether the connection stays open. */
    private boolean answer(Socket socket, String head) throws IOException, InterruptedException {
        String path = head.split(" ")[1];
        UUID id = UUID.fromString(path.substring(path.lastIndexOf('/') + 1));
        int attempt = requests.computeIfAbsent(id, each -> new AtomicInteger()).incrementAndGet();
        byte[] content = contents.getOrDefault(id, new byte[0]);
        OutputStream out = socket.getOutputStream();
        switch (faults.getOrDefault(id, Fault.NOT_FOUND)) {
            case NONE -> whole(out, head, content);
            case NOT_FOUND -> text(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            case GONE -> text(out, "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n");
            case SERVER_ERROR -> text(out, "HTTP/1.1 500 Broken\r\nContent-Length: 4\r\n\r\noops");
            case REDIRECT ->
                text(out, "HTTP/1.1 302 Found\r\nLocation: " + url() + "/elsewhere\r\nContent-Length: 0\r\n\r\n");
            case RESET -> {
                length(out, content.length);
                out.write(content, 0, content.length / 2);
                socket.setSoLinger(true, 0);
                return false;
            }
            case SILENT -> {
                closing.await(1, TimeUnit.MINUTES);
                return false;
            }
            case STALL -> {
                length(out, content.length);
                out.write(content, 0, content.length / 2);
                out.flush();
                closing.await(1, TimeUnit.MINUTES);
                return false;
            }
            case TRUNCATED -> {
                length(out, content.length);
                out.write(content, 0, content.length - 1);
                return false;
            }
            case TRUNCATED_WITHOUT_LENGTH -> {
                text(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                out.write(content, 0, content.length - 1);
                return false;
            }
            case TOO_LONG -> {
                text(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                out.write(content);
                out.write(content);
                return false;
            }
            case WRONG_LENGTH -> {
                length(out, content.length + 7);
                out.write(Arrays.copyOf(content, content.length + 7));
            }
            case FLIPPED_BIT -> {
                byte[] flipped = content.clone();
                flipped[attempt % flipped.length] ^= (byte) (1 << (attempt % 8));
                whole(out, head, flipped);
            }
            case DRIP -> {
                length(out, content.length);
                for (byte each : content) {
                    out.write(each);
                    out.flush();
                    if (closing.await(150, TimeUnit.MILLISECONDS)) {
                        return false;
                    }
                }
            }
            case GARBAGE -> {
                out.write(new byte[] {0, 1, 2, (byte) 0xFF, '\r', '\n', '\r', '\n'});
                return false;
            }
            case ENDLESS_ERROR -> {
                endless(id, out, "500 Broken");
                return false;
            }
            case ENDLESS_WRONG_LENGTH -> {
                endless(id, out, "200 OK");
                return false;
            }
            case ENDLESS_AFTER_TIMEOUT -> {
                timeout.await(1, TimeUnit.MINUTES);
                endless(id, out, "200 OK");
                return false;
            }
            case BREAKS_TWICE -> {
                int from = rangeOf(head);
                int to = attempt <= 2 ? from + (content.length - from) / 2 : content.length;
                partial(out, from, content.length);
                out.write(content, from, to - from);
                return attempt > 2;
            }
        }
        out.flush();
        return true;
    }

    /** Sends a terabyte, until the client closes the connection. */
    private void endless(UUID id, OutputStream out, String status) throws IOException {
        byte[] block = new byte[64 << 10];
        try {
            text(out, "HTTP/1.1 " + status + "\r\nContent-Length: " + (1L << 40) + "\r\n\r\n");
            while (closing.getCount() > 0) {
                out.write(block);
            }
        } catch (IOException e) {
            cutOff.add(id);
            throw e;
        }
    }

    private static void whole(OutputStream out, String head, byte[] content) throws IOException {
        int from = rangeOf(head);
        partial(out, from, content.length);
        out.write(content, from, content.length - from);
    }

    private static void partial(OutputStream out, int from, int length) throws IOException {
        if (from == 0) {
            length(out, length);
        } else {
            text(
                    out,
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + from + "-" + (length - 1) + "/" + length
                            + "\r\nContent-Length: " + (length - from) + "\r\n\r\n");
        }
    }

    private static int rangeOf(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("range: bytes=")) {
                return Integer.parseInt(line.substring(line.indexOf('=') + 1, line.indexOf('-', line.indexOf('='))));
            }
        }
        return 0;
    }

    private static void length(OutputStream out, int length) throws IOException {
        text(out, "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
    }

    private static void text(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        closing.countDown();
        server.close();
        threads.shutdownNow();
    }
}
