package io.rebalancer.persistence.log;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** A separate process that appends with several threads, and prints what is acknowledged, until it is killed. */
final class AppendUntilKilled {
    private static final int WRITERS = 8;

    private AppendUntilKilled() {}

    static String event(String id, long sequenceNr) {
        return id + "/" + sequenceNr + "/" + "x".repeat((int) (sequenceNr % 97) * 7);
    }

    /** @param arguments the directory */
    public static void main(String[] arguments) throws Exception {
        EventLog log = EventLog.open(Path.of(arguments[0]), LogSettings.DEFAULTS, Clock.systemUTC(), LogListener.NONE);
        List<Thread> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            String id = "id-" + writer;
            Thread thread = new Thread(() -> append(log, id), id);
            thread.start();
            writers.add(thread);
        }
        for (Thread writer : writers) {
            writer.join();
        }
    }

    private static void append(EventLog log, String id) {
        long next = log.highestSequenceNr(id).toCompletableFuture().join() + 1;
        while (true) {
            List<byte[]> events = new ArrayList<>();
            for (long sequenceNr = next; sequenceNr <= next + next % 3; sequenceNr++) {
                events.add(event(id, sequenceNr).getBytes(StandardCharsets.UTF_8));
            }
            log.append(id, next, events).toCompletableFuture().join();
            next += events.size();
            System.out.println(id + " " + (next - 1));
        }
    }
}
