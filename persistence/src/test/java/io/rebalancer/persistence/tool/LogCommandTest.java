package io.rebalancer.persistence.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.persistence.embedded.EmbeddedJournal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code rebalancer log} on a log in use, on a damaged log, and without a log. */
class LogCommandTest {
    private static final UUID OBJECT = UUID.fromString("1f3d0b2c-7d0e-4c58-9d4e-3a1f0c9b7e55");

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** An event that is serialized with Jackson, as the events of jobs and agents are. */
    record Copied(UUID objectId, long bytes) {}

    private static final class Copies extends EventSourcedBehavior<Copied, Copied, Integer> {
        private final ActorRef<Integer> counts;

        Copies(ActorRef<Integer> counts) {
            super(PersistenceId.of("Copies", "one"));
            this.counts = counts;
        }

        @Override
        public Integer emptyState() {
            return 0;
        }

        @Override
        public CommandHandler<Copied, Copied, Integer> commandHandler() {
            return newCommandHandlerBuilder()
                    .forAnyState()
                    .onAnyCommand(
                            (state, event) -> Effect().persist(event).thenRun((Integer count) -> counts.tell(count)));
        }

        @Override
        public EventHandler<Integer, Copied> eventHandler() {
            return (state, event) -> state + 1;
        }
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return new CommandLine(new LogCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    @Test
    void aLogInUseIsInspectedVerifiedAndExported() throws Exception {
        ActorTestKit kit = ActorTestKit.create(
                "copies",
                new EmbeddedJournal(directory)
                        .applyTo(ConfigFactory.parseString("pekko.actor { provider = local, serialization-bindings {\""
                                        + Copied.class.getName() + "\" = jackson-cbor } }")
                                .withFallback(ConfigFactory.load())));
        try {
            TestProbe<Integer> counts = kit.createTestProbe();
            ActorRef<Copied> copies = kit.spawn(new Copies(counts.getRef()));
            copies.tell(new Copied(UUID.randomUUID(), 17));
            copies.tell(new Copied(OBJECT, 4096));
            counts.expectMessage(1);
            counts.expectMessage(2);

            assertThat(run("inspect", directory.toString())).isZero();
            assertThat(out.toString()).contains("0000000000000000.seg").contains("kept by events of: Copies|one");

            assertThat(run("inspect", "--json", directory.toString())).isZero();
            JsonNode summary = new ObjectMapper().readTree(out.toString());
            assertThat(summary.at("/ids/0/highest").asInt()).isEqualTo(2);

            assertThat(run("verify", directory.resolve("log").toString())).isZero();
            assertThat(out.toString()).contains("1 segments, 2 events, 1 persistence ids: sound");

            assertThat(run("export", "--id", "Copies|one", "--from", "1", directory.toString()))
                    .isZero();
            JsonNode event = new ObjectMapper().readTree(out.toString());
            assertThat(event.at("/event/objectId").asText()).isEqualTo(OBJECT.toString());
            assertThat(event.at("/event/bytes").asInt()).isEqualTo(4096);
            assertThat(event.at("/sequenceNr").asInt()).isEqualTo(2);
            assertThat(event.at("/manifest").asText()).contains("Copied");
        } finally {
            kit.shutdownTestKit();
        }
    }

    @Test
    void damageExitsWithOneAndAdvice() throws Exception {
        aLogInUseIsInspectedVerifiedAndExported();
        Path log = directory.resolve("log");
        List<Path> segments;
        try (Stream<Path> files = Files.list(log)) {
            segments = files.filter(file -> file.toString().endsWith(".seg")).toList();
        }
        byte[] bytes = Files.readAllBytes(segments.get(0));
        bytes[4200] ^= 1;
        Files.write(segments.get(0), bytes);
        assertThat(run("verify", directory.toString())).isEqualTo(1);
        assertThat(out.toString())
                .contains("damaged at byte")
                .contains("restore the file from a copy")
                .contains("DAMAGED");
        assertThat(run("export", directory.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("damaged");
    }

    @Test
    void aUsageErrorTakesOneLine() {
        assertThat(run("inspect", directory.toString())).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("rebalancer log: there is no log in")
                .hasLineCount(1);
        assertThat(run("verify", directory.resolve("nowhere").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no such directory").hasLineCount(1);
        assertThat(run("export")).isEqualTo(2);
    }
}
