package io.rebalancer.playground;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import jdk.jfr.consumer.RecordedClass;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/** What the recording of a JVM shows between two times: where it computed, waited and allocated. */
final class RecordingReport {
    private static final int LINES = 25;
    private static final String OWN = "io.rebalancer.";
    private static final String NO_SUCH_FRAME = "(no such method)";
    /** Of the JDK and of Scala: they show what is done, but not for whom. */
    private static final List<String> GENERAL = List.of("java.", "jdk.", "sun.", "scala.", "com.sun.");

    private static final Pattern NUMBERS = Pattern.compile("[0-9]+");
    /** Addresses in the names of classes that the JVM generates. */
    private static final Pattern HIDDEN = Pattern.compile("[0-9]*\\+0x[0-9a-f]+(\\.[0-9]+)?");

    /** The settings "profile" report the load of each thread, as a share of all processors, in this interval. */
    private static final double LOAD_SECONDS = 10;

    private static final double MIB = 1 << 20;

    private final Totals top = new Totals();
    private final Totals nearest = new Totals();
    private final Totals inclusive = new Totals();
    private final Totals libraries = new Totals();
    private final Totals threads = new Totals();
    private final Totals threadCpu = new Totals();
    private final Totals nativeCalls = new Totals();
    private final Totals waits = new Totals();
    private final Totals allocatedClasses = new Totals();
    private final Totals allocatingFrames = new Totals();
    private long samples;
    private double allocatedBytes;
    private Duration pauses = Duration.ZERO;
    private Duration longestPause = Duration.ZERO;
    private int pauseCount;

    private RecordingReport() {}

    /** Weights that were added up by name. */
    private static final class Totals {
        private final Map<String, Double> weights = new HashMap<>();
        private final Map<String, Integer> counts = new HashMap<>();

        void add(String name, double weight) {
            weights.merge(name, weight, Double::sum);
            counts.merge(name, 1, Integer::sum);
        }

        /** One line for each of the largest: {@code format} gets the weight, the share of {@code all}, count and name. */
        List<String> largest(double all, String format) {
            return weights.entrySet().stream()
                    .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                    .limit(LINES)
                    .map(each -> String.format(
                            Locale.ROOT,
                            format,
                            each.getValue(),
                            100 * each.getValue() / all,
                            counts.get(each.getKey()),
                            each.getKey()))
                    .toList();
        }

        double sum() {
            return weights.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }

    /** Reads the events that began from {@code from} to {@code to}. */
    static RecordingReport read(Path recording, Instant from, Instant to) throws IOException {
        RecordingReport report = new RecordingReport();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (!event.getStartTime().isBefore(from)
                        && !event.getStartTime().isAfter(to)) {
                    report.add(event);
                }
            }
        }
        return report;
    }

    private void add(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> addSample(event);
            case "jdk.NativeMethodSample" -> nativeCalls.add(stack(event, 1).get(0) + " from " + nearestOwn(event), 1);
            case "jdk.ThreadPark",
                    "jdk.JavaMonitorEnter",
                    "jdk.JavaMonitorWait",
                    "jdk.FileForce",
                    "jdk.FileWrite",
                    "jdk.FileRead",
                    "jdk.SocketRead",
                    "jdk.SocketWrite" ->
                waits.add(
                        event.getEventType().getName().substring("jdk.".length()) + " in " + nearestOwn(event)
                                + ", thread " + threadGroup(event.getThread()),
                        event.getDuration().toNanos() / 1e9);
            case "jdk.ObjectAllocationSample" -> {
                double bytes = event.getLong("weight");
                allocatedBytes += bytes;
                RecordedClass type = event.getClass("objectClass");
                allocatedClasses.add(type.getName(), bytes / MIB);
                allocatingFrames.add(nearestOwn(event), bytes / MIB);
            }
            case "jdk.ThreadCPULoad" ->
                threadCpu.add(
                        threadGroup(event.getThread()),
                        (event.getFloat("user") + event.getFloat("system"))
                                * Runtime.getRuntime().availableProcessors()
                                * LOAD_SECONDS);
            case "jdk.GarbageCollection" -> {
                Duration pause = event.getDuration("sumOfPauses");
                pauses = pauses.plus(pause);
                pauseCount++;
                longestPause = pause.compareTo(longestPause) > 0 ? pause : longestPause;
            }
            default -> {}
        }
    }

    private void addSample(RecordedEvent event) {
        samples++;
        top.add(stack(event, 1).get(0), 1);
        nearest.add(nearestOwn(event), 1);
        threads.add(threadGroup(event.getThread("sampledThread")), 1);
        Set<String> methods = new HashSet<>();
        for (String frame : stack(event, Integer.MAX_VALUE)) {
            if (frame.startsWith(OWN) && !frame.contains("$$Lambda")) {
                methods.add(frame);
            }
        }
        methods.forEach(method -> inclusive.add(method, 1));
        if (methods.isEmpty()) {
            libraries.add(nearest(event, frame -> GENERAL.stream().noneMatch(frame::startsWith)), 1);
        }
    }

    private static String nearestOwn(RecordedEvent event) {
        return nearest(event, frame -> frame.startsWith(OWN));
    }

    private static String nearest(RecordedEvent event, Predicate<String> condition) {
        return stack(event, Integer.MAX_VALUE).stream()
                .filter(condition)
                .findFirst()
                .orElse(NO_SUCH_FRAME);
    }

    /** The methods of the stack, the innermost first; at least one line. */
    private static List<String> stack(RecordedEvent event, int limit) {
        List<String> methods = new ArrayList<>();
        RecordedStackTrace trace = event.getStackTrace();
        if (trace != null) {
            for (RecordedFrame frame : trace.getFrames()) {
                if (methods.size() == limit) {
                    break;
                }
                methods.add(HIDDEN.matcher(frame.getMethod().getType().getName())
                                .replaceAll("") + "." + frame.getMethod().getName());
            }
        }
        return methods.isEmpty() ? List.of("(no stack)") : methods;
    }

    private static String threadGroup(RecordedThread thread) {
        String name = thread == null ? null : thread.getJavaName();
        return name == null ? "(unknown)" : NUMBERS.matcher(name).replaceAll("N");
    }

    /** The tables as text. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        String ofSamples = "%6.0f %5.1f %%  %4$s";
        table(lines, samples + " samples of Java code; by innermost method", top.largest(samples, ofSamples));
        table(lines, "samples by the nearest method of the project", nearest.largest(samples, ofSamples));
        table(lines, "samples by methods of the project with what they call", inclusive.largest(samples, ofSamples));
        table(
                lines,
                "samples without a method of the project, by the nearest method of a library",
                libraries.largest(samples, ofSamples));
        table(
                lines,
                "seconds of processor time by threads, without those of the JVM itself",
                threadCpu.largest(Math.max(1e-9, threadCpu.sum()), "%8.2f s %5.1f %%  %4$s"));
        table(lines, "samples by threads", threads.largest(samples, ofSamples));
        table(
                lines,
                "samples of native calls, most of which wait",
                nativeCalls.largest(Math.max(1, nativeCalls.sum()), ofSamples));
        table(
                lines,
                "waits above the threshold of the recording: seconds of all threads together, share, number",
                waits.largest(Math.max(1e-9, waits.sum()), "%8.2f s %5.1f %% %6d  %s"));
        table(
                lines,
                String.format(
                        Locale.ROOT, "%.0f MiB allocated, estimated from samples; by class", allocatedBytes / MIB),
                allocatedClasses.largest(Math.max(1, allocatedBytes / MIB), "%8.1f MiB %5.1f %%  %4$s"));
        table(
                lines,
                "allocated, by the nearest method of the project",
                allocatingFrames.largest(Math.max(1, allocatedBytes / MIB), "%8.1f MiB %5.1f %%  %4$s"));
        lines.add(String.format(
                Locale.ROOT,
                "garbage collections: %d, pauses of %.3f s together, the longest %.3f s",
                pauseCount,
                pauses.toNanos() / 1e9,
                longestPause.toNanos() / 1e9));
        return lines;
    }

    /** Number of samples of Java code. */
    long samples() {
        return samples;
    }

    private static void table(List<String> lines, String title, List<String> rows) {
        lines.add(title);
        rows.forEach(row -> lines.add("  " + row));
        lines.add("");
    }
}
