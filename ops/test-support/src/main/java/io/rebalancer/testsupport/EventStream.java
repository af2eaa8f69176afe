package io.rebalancer.testsupport;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A stream of server-sent events over a separate socket. It needs little memory, and a client that does not read keeps
 * nothing but the buffers of its socket.
 */
public final class EventStream implements AutoCloseable {
    private static final int BUFFER = 2048;

    private final Socket socket;
    private final InputStream in;
    private final int status;
    private final List<String> headers;
    /** Bytes of the current chunk that are not read yet; -1 after the last chunk. */
    private long chunk;

    /**
     * An event.
     *
     * @param id empty if the event has none
     */
    public record Event(String type, Optional<String> id, String data) {}

    private EventStream(Socket socket, InputStream in) throws IOException {
        this.socket = socket;
        this.in = in;
        String line = headLine();
        this.status = Integer.parseInt(line.split(" ", -1)[1]);
        this.headers = new ArrayList<>();
        for (String header = headLine(); !header.isEmpty(); header = headLine()) {
            headers.add(header.toLowerCase(Locale.ROOT));
        }
    }

    /**
     * Opens a stream and reads the head of the response.
     *
     * @param path with its query
     * @param lastEventId empty to begin with the current state
     * @param receiveBuffer bytes that the socket keeps for a client that does not read, or 0 for the system's default
     * @param silence how long to wait for any byte, heartbeats included
     */
    public static EventStream open(
            InetSocketAddress server, String path, Optional<String> lastEventId, int receiveBuffer, Duration silence)
            throws IOException {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.connect(server, (int) silence.toMillis());
            socket.setSoTimeout((int) silence.toMillis());
            String request = "GET " + path + " HTTP/1.1\r\nHost: " + server.getHostString() + ":" + server.getPort()
                    + "\r\nAccept: text/event-stream\r\n"
                    + lastEventId.map(id -> "Last-Event-ID: " + id + "\r\n").orElse("") + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new EventStream(socket, new BufferedInputStream(socket.getInputStream(), BUFFER));
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The status of the response. */
    public int status() {
        return status;
    }

    /**
     * The next event with data. Empty after the last one, when the server has ended the stream.
     *
     * @throws IOException if the connection breaks off
     */
    public Optional<Event> next() throws IOException {
        String type = "";
        Optional<String> id = Optional.empty();
        StringBuilder data = new StringBuilder();
        boolean isChunked = headers.stream().anyMatch(header -> header.matches("transfer-encoding: *chunked"));
        if (!isChunked) {
            return Optional.empty();
        }
        while (true) {
            Optional<String> line = bodyLine();
            if (line.isEmpty()) {
                return Optional.empty();
            }
            int colon = line.get().indexOf(':');
            if (line.get().isEmpty()) {
                if (!data.isEmpty()) {
                    return Optional.of(new Event(type, id, data.toString()));
                }
                type = "";
                id = Optional.empty();
            } else if (colon > 0) {
                String value = line.get().substring(colon + 1).stripLeading();
                switch (line.get().substring(0, colon)) {
                    case "event" -> type = value;
                    case "id" -> id = Optional.of(value);
                    case "data" -> data.append(value);
                    default -> throw new IOException("an unknown field: " + line.get());
                }
            }
        }
    }

    private String headLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = byteOfConnection(); next != '\n'; next = byteOfConnection()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8).stripTrailing();
    }

    private Optional<String> bodyLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = byteOfBody(); next != '\n'; next = byteOfBody()) {
            if (next < 0) {
                return Optional.empty();
            }
            line.write(next);
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }

    private int byteOfBody() throws IOException {
        if (chunk == 0) {
            String size = headLine();
            chunk = Long.parseLong(size, 16);
            if (chunk == 0) {
                chunk = -1;
            }
        }
        if (chunk < 0) {
            return -1;
        }
        int next = byteOfConnection();
        chunk--;
        if (chunk == 0) {
            headLine();
        }
        return next;
    }

    private int byteOfConnection() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException("the connection broke off");
        }
        return next;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
