package io.rebalancer.persistence.tool;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.rebalancer.cluster.process.CommandLines;
import io.rebalancer.core.text.StableWord;
import io.rebalancer.persistence.log.Cursor;
import io.rebalancer.persistence.log.LogException;
import io.rebalancer.persistence.log.LogInspector;
import io.rebalancer.persistence.log.LogInspector.End;
import io.rebalancer.persistence.log.LogInspector.IdSummary;
import io.rebalancer.persistence.log.LogInspector.SegmentSummary;
import io.rebalancer.persistence.log.LogInspector.Summary;
import io.rebalancer.persistence.plugin.EventJson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code rebalancer log inspect|verify|export DIR}: read-only, and safe beside the process that writes the log. */
@Command(
        name = "log",
        description = "Inspects an embedded log. Read-only, and safe while the log is in use.",
        mixinStandardHelpOptions = true,
        subcommands = {LogCommand.Inspect.class, LogCommand.Verify.class, LogCommand.Export.class})
public final class LogCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        CommandLines.runAndExit(new LogCommand(), arguments);
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 1;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Opens the log in {@code directory}, or the one in its subdirectory {@code log}, as in a node's data directory. */
    private static LogInspector open(Path directory) throws IOException {
        Path subdirectory = directory.resolve("log");
        return LogInspector.open(Files.isDirectory(subdirectory) ? subdirectory : directory);
    }

    private interface Inspection {
        /** Returns the exit code. */
        int run(LogInspector log) throws IOException;
    }

    private int inspect(Path directory, Inspection inspection) {
        try (LogInspector log = open(directory)) {
            return inspection.run(log);
        } catch (LogException e) {
            spec.commandLine().getErr().println("rebalancer log: " + e.getMessage());
        } catch (IOException | UncheckedIOException e) {
            spec.commandLine()
                    .getErr()
                    .println("rebalancer log: " + directory + " could not be read: " + e.getMessage());
        }
        return 1;
    }

    @Command(
            name = "inspect",
            description = "Lists segments, persistence ids and cursors. Exits with 1 if a segment is damaged.")
    static final class Inspect implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private LogCommand log;

        @Parameters(paramLabel = "DIR", description = "a node's data directory, or the log directory in it")
        private Path directory = Path.of("");

        @Option(names = "--json", description = "print one JSON document")
        private boolean json;

        @Override
        public Integer call() {
            return log.inspect(directory, inspector -> {
                Summary summary = inspector.summary();
                if (json) {
                    log.out().println(new ObjectMapper().writeValueAsString(summary));
                } else {
                    print(log.out(), summary);
                }
                log.out().flush();
                return summary.hasDamage() ? 1 : 0;
            });
        }

        private static void print(PrintWriter out, Summary summary) {
            out.printf(
                    "%-22s %6s %12s %9s %12s %9s %-8s %s%n",
                    "SEGMENT", "EPOCH", "BYTES", "FRAMES", "FIRST EVENT", "EVENTS", "INDEX", "END");
            for (SegmentSummary each : summary.segments()) {
                out.printf(
                        "%-22s %6d %12d %9d %12d %9d %-8s %s%n",
                        each.name(),
                        each.epoch(),
                        each.bytes(),
                        each.frames(),
                        each.firstOffset(),
                        each.events(),
                        each.indexed() ? "yes" : "no",
                        describe(each));
            }
            if (!summary.oldestKeptBy().isEmpty()) {
                out.printf(
                        "%nThe oldest segment is kept by events of: %s%n", String.join(", ", summary.oldestKeptBy()));
            }
            out.printf("%n%9s %9s %9s  %s%n", "EVENTS", "HIGHEST", "DELETED", "PERSISTENCE ID");
            for (IdSummary each : summary.ids()) {
                out.printf("%9d %9d %9d  %s%n", each.events(), each.highest(), each.deletedTo(), each.persistenceId());
            }
            if (!summary.cursors().isEmpty()) {
                out.printf("%n%12s %-24s  %s%n", "NEXT", "MOVED", "CURSOR");
            }
            for (Cursor each : summary.cursors()) {
                out.printf("%12d %-24s  %s%n", each.next(), Instant.ofEpochMilli(each.movedMillis()), each.name());
            }
        }
    }

    private static String describe(SegmentSummary segment) {
        String end = StableWord.of(segment.how());
        String replaces = segment.firstNumber() == segment.number()
                ? ""
                : String.format(", compacted: replaces %016x to %016x", segment.firstNumber(), segment.number());
        return (segment.how() == End.WHOLE ? end : end + " at byte " + segment.end()) + replaces;
    }

    @Command(name = "verify", description = "Reads every byte. Exits with 1 if a segment is damaged.")
    static final class Verify implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private LogCommand log;

        @Parameters(paramLabel = "DIR", description = "a node's data directory, or the log directory in it")
        private Path directory = Path.of("");

        @Override
        public Integer call() {
            return log.inspect(directory, inspector -> {
                Summary summary = inspector.summary();
                long events = 0;
                for (SegmentSummary each : summary.segments()) {
                    events += each.events();
                    if (each.how() != End.WHOLE) {
                        log.out().println(each.name() + ": " + describe(each) + advice(each));
                    }
                }
                log.out()
                        .printf(
                                "%d segments, %d events, %d persistence ids: %s%n",
                                summary.segments().size(),
                                events,
                                summary.ids().size(),
                                summary.hasDamage() ? "DAMAGED" : "sound");
                log.out().flush();
                return summary.hasDamage() ? 1 : 0;
            });
        }

        private static String advice(SegmentSummary segment) {
            return segment.how() == End.DAMAGED
                    ? "; restore the file from a copy, or move the log away to start with an empty one, without its events"
                    : "; it is being written, or the next start cuts it off: nothing there was acknowledged";
        }
    }

    @Command(name = "export", description = "Prints the events as JSON, one per line, in the order of the log.")
    static final class Export implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private LogCommand log;

        @Parameters(paramLabel = "DIR", description = "a node's data directory, or the log directory in it")
        private Path directory = Path.of("");

        @Option(names = "--id", paramLabel = "ID", description = "print only events of this persistence id")
        private String id = "";

        @Option(names = "--from", paramLabel = "OFFSET", description = "print events from this offset on")
        private long from;

        @Override
        public Integer call() {
            EventJson json = new EventJson();
            return log.inspect(directory, inspector -> {
                inspector.events(event -> {
                    if (event.offset() >= from && (id.isEmpty() || id.equals(event.persistenceId()))) {
                        log.out().println(json.line(event));
                    }
                });
                log.out().flush();
                return 0;
            });
        }
    }
}
