package io.rebalancer.adm;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Follows an event stream. A stream that ends or breaks off is continued, at another manager if necessary. */
final class EventFollower {
    /** Longer than the managers need to replace a lost one. */
    private static final Duration MAX_UNREACHABLE = Duration.ofMinutes(2);

    private static final int NO_CONTENT = 204;

    private final ManagerApiClient manager;
    private final AdmContext context;
    private final String path;
    private final String subject;
    private Optional<String> after;

    /** Takes an event, with the members {@code event}, {@code data} and {@code id}, which may be absent. */
    @FunctionalInterface
    interface Reader {
        /** @return whether to follow the stream further */
        boolean take(ObjectNode event);
    }

    /**
     * @param subject what the events are of, for messages
     * @param after the id of the last event that was read; empty to begin with the current state
     */
    EventFollower(ManagerApiClient manager, AdmContext context, String path, String subject, Optional<String> after) {
        this.manager = manager;
        this.context = context;
        this.path = path;
        this.subject = subject;
        this.after = after;
    }

    /** Returns when {@code reader} wants no further event, or when the stream has no further one. */
    void follow(Reader reader) throws CommandFailed, InterruptedException {
        long lostSince = 0;
        boolean connected = false;
        while (true) {
            try {
                HttpCall.Reply reply = manager.stream(path, after.orElse(null));
                if (reply.status() == NO_CONTENT) {
                    return;
                }
                connected = true;
                lostSince = 0;
                if (!read(reply, reader)) {
                    return;
                }
            } catch (CommandFailed e) {
                long now = System.nanoTime();
                lostSince = lostSince == 0 ? now : lostSince;
                if (!connected || !e.isTemporary() || now - lostSince > MAX_UNREACHABLE.toNanos()) {
                    throw e;
                }
            }
            Thread.sleep(context.pollInterval().toMillis());
        }
    }

    private boolean read(HttpCall.Reply reply, Reader reader) throws CommandFailed {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8))) {
            return read(lines, reader);
        } catch (IOException e) {
            context.err()
                    .println("the event stream of " + subject + " broke off (" + HttpCall.reason(e)
                            + "); continuing it");
            return true;
        }
    }

    private boolean read(BufferedReader lines, Reader reader) throws IOException, CommandFailed {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String value = line.substring(colon + 1).stripLeading();
                switch (line.substring(0, colon)) {
                    case "event" -> event.put("event", value);
                    case "id" -> event.put("id", value);
                    case "data" -> {
                        if (!value.isEmpty()) {
                            event.set("data", ManagerApiClient.json(value));
                        }
                    }
                    // A field that a later version adds.
                    default -> {}
                }
            } else if (line.isEmpty()) {
                boolean isWanted = !event.has("data") || reader.take(event);
                if (event.has("id")) {
                    after = Optional.of(event.path("id").asText());
                }
                if (!isWanted) {
                    return false;
                }
                event = JsonNodeFactory.instance.objectNode();
            }
        }
        return true;
    }
}
