package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditChain;
import io.rebalancer.core.audit.AuditEntry;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for the audit log, against a server with answers of API v1, and without one. */
@Tag("slow")
class AuditCommandTest {
    private static final int COUNT = 4;

    @TempDir
    private Path directory;

    private final List<AuditEntry> entries = entries();
    private final String log =
            entries.stream().map(AuditChain::line).map(line -> line + "\n").collect(Collectors.joining());
    private final AuditHead last = entries.get(COUNT - 1).head();
    private ServedCommand.Response export =
            new ServedCommand.Response(200, log, Map.of("Rebalancer-Audit-Last", last.text()), 0);
    private final ServedCommand command = ServedCommand.start(this::respond);

    AuditCommandTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private static List<AuditEntry> entries() {
        List<AuditEntry> entries = new ArrayList<>();
        AuditHead head = AuditHead.START;
        for (int number = 1; number <= COUNT; number++) {
            AuditFact order = AuditFact.requested(
                    new UUID(0, number),
                    AuditActor.http("127.0.0.1"),
                    "job.create",
                    number + ".stor.d",
                    Map.of("maxObjects", "7"));
            AuditEntry next = AuditChain.next(
                    head,
                    Instant.EPOCH,
                    number % 2 == 1 ? order : order.refused(new UUID(0, number), number - 1L, "NODE_ALREADY_LEAVING"));
            entries.add(next);
            head = next.head();
        }
        return entries;
    }

    private ServedCommand.Response respond(ServedCommand.Request request) {
        if (request.path().equals("/api/v1/audit/entries")) {
            return new ServedCommand.Response(
                    200,
                    "{\"entries\":[" + AuditChain.line(entries.get(3)) + "," + AuditChain.line(entries.get(2))
                            + "],\"next\":3}");
        }
        return export;
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(directory.resolve("log"), bytes);
    }

    private int verify(String text, String... options) throws IOException {
        return verify(text.getBytes(StandardCharsets.UTF_8), options);
    }

    private int verify(byte[] bytes, String... options) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("audit", "verify", write(bytes).toString()));
        arguments.addAll(List.of(options));
        return command.runWithoutUrl(arguments.toArray(String[]::new));
    }

    @Test
    void entriesAreListedWithTheirOrders() {
        assertThat(command.run("audit", "list", "--limit", "2", "--before", "5"))
                .isZero();
        assertThat(command.requests()).containsExactly("GET /api/v1/audit/entries?limit=2&before=5");
        assertThat(command.out())
                .contains(
                        "http 127.0.0.1",
                        "job.create",
                        "3.stor.d",
                        "maxObjects=7",
                        "refused: NODE_ALREADY_LEAVING (order 3)");
        assertThat(command.err()).contains("earlier entries: --before 3");
        int before = command.out().length();
        assertThat(command.run("audit", "list", "--limit", "3", "--output", "jsonl"))
                .isZero();
        assertThat(command.requests().subList(1, 3))
                .containsExactly("GET /api/v1/audit/entries?limit=3", "GET /api/v1/audit/entries?limit=1&before=3");
        assertThat(command.out().substring(before).lines())
                .hasSize(4)
                .startsWith(AuditChain.line(entries.get(3)), AuditChain.line(entries.get(2)));
    }

    /** Everything that an operator does, each step with the output of the one before. */
    @Test
    void anExportIsVerifiedLaterWithoutAManager() throws IOException {
        Path file = directory.resolve("exported");
        assertThat(command.run("audit", "export", "--file", file.toString())).isZero();
        assertThat(Files.readString(file)).isEqualTo(log);
        String kept = "INTACT: 4 entries; last " + last.text();
        assertThat(command.out()).contains("wrote the audit log to " + file, kept);
        command.close();
        assertThat(command.runWithoutUrl("audit", "verify", file.toString(), "--last", last.text()))
                .isZero();
        assertThat(command.runWithoutUrl("audit", "verify", file.toString())).isZero();
        assertThat(command.out()).contains("give an entry that you kept with --last");
        assertThat(command.err()).isEmpty();
    }

    /** Each byte of the file, line ends included; the verifier's own test flips each bit. */
    @Test
    void aFlippedByteIsFoundWithTheNumberOfItsEntry() throws IOException {
        byte[] bytes = log.getBytes(StandardCharsets.UTF_8);
        long entry = 1;
        for (int at = 0; at < bytes.length; at++) {
            boolean lineEnd = bytes[at] == '\n';
            // A line feed differs from a carriage return in these bits.
            byte flip = (byte) (lineEnd ? '\n' ^ '\r' : 1);
            byte[] changed = bytes.clone();
            changed[at] ^= flip;
            assertThat(verify(changed)).isEqualTo(1);
            assertThat(command.err()).startsWith("NOT INTACT: ").contains("CHANGED at entry " + entry + ":");
            entry += lineEnd ? 1 : 0;
        }
        assertThat(command.out()).isEmpty();
    }

    @Test
    void aMissingAReorderedAndACutOffEntryAreNamed() throws IOException {
        List<String> lines = log.lines().toList();
        assertThat(verify(lines.get(0) + "\n" + lines.get(2) + "\n")).isEqualTo(1);
        assertThat(command.err()).contains("MISSING at entry 2");
        assertThat(verify(lines.get(1) + "\n" + lines.get(2) + "\n")).isEqualTo(1);
        assertThat(command.err()).contains("MISSING at entry 1", "the first entries were removed");
        assertThat(verify(lines.get(0) + "\n" + lines.get(2) + "\n" + lines.get(1) + "\n"))
                .isEqualTo(1);
        assertThat(command.err()).contains("REORDERED at entry 2");
        String cut = lines.get(0) + "\n" + lines.get(1) + "\n";
        assertThat(verify(cut)).isZero();
        assertThat(verify(cut, "--last", last.text())).isEqualTo(1);
        assertThat(command.err()).contains("CUT_OFF at entry 3", "the entries 3 to 4 are missing");
        assertThat(verify("")).isEqualTo(1);
        assertThat(verify("x".repeat(3 << 20))).isEqualTo(1);
        assertThat(command.err()).contains("CHANGED at entry 1");
    }

    @Test
    void anExportThatIsNotIntactIsReportedAndKept() throws IOException {
        export = new ServedCommand.Response(
                200, log.replace("2.stor.d", "9.stor.d"), Map.of("Rebalancer-Audit-Last", last.text()), 0);
        Path file = directory.resolve("exported");
        assertThat(command.run("audit", "export", "-o", file.toString())).isEqualTo(1);
        assertThat(command.err()).contains("CHANGED at entry 2");
        assertThat(Files.readString(file)).contains("9.stor.d");
    }

    @Test
    void aRefusalAndAResponseThatBreaksOffWriteNoFile() {
        Path file = directory.resolve("exported");
        export = new ServedCommand.Response(503, "{\"code\":\"AUDIT_UNAVAILABLE\"}");
        assertThat(command.run("audit", "export", "-o", file.toString())).isEqualTo(1);
        assertThat(command.err()).contains("503", "AUDIT_UNAVAILABLE");
        export = new ServedCommand.Response(200, log, Map.of(), 10);
        assertThat(command.run("audit", "export", "-o", file.toString())).isEqualTo(1);
        assertThat(command.err()).contains("run the command again");
        assertThat(directory).isEmptyDirectory();
        assertThat(command.run(
                        "audit",
                        "export",
                        "-o",
                        directory.resolve("no/directory").toString()))
                .isEqualTo(1);
        assertThat(command.err()).contains("no/directory");
    }

    @Test
    void usageErrorsHaveAnExitCodeThatDiffers() throws IOException {
        assertThat(command.runWithoutUrl(
                        "audit", "verify", directory.resolve("absent").toString()))
                .isEqualTo(2);
        assertThat(command.err()).contains("absent can't be read");
        assertThat(verify(log, "--last", "4")).isEqualTo(2);
        assertThat(command.err()).contains("--last must be");
        assertThat(command.runWithoutUrl("audit", "verify")).isEqualTo(2);
        assertThat(command.err())
                .as("one line")
                .isEqualToIgnoringNewLines("error: The following required arguments were not provided: <file>;"
                        + " rebalancer-adm audit verify --help explains the arguments");
        assertThat(command.runWithoutUrl("audit", "export")).isEqualTo(1);
        assertThat(command.runWithoutUrl("audit")).isEqualTo(1);
        assertThat(command.err())
                .contains("rebalancer-adm audit needs one of the commands", "verify")
                .hasLineCount(1);
        assertThat(command.runWithoutUrl("job", "get")).isEqualTo(1);
    }
}
