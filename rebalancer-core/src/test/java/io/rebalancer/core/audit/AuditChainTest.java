package io.rebalancer.core.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The one text of an entry, and the bounds of what is recorded. */
class AuditChainTest {
    private static final AuditActor WHO = AuditActor.http("127.0.0.1");

    private static AuditFact order(String subject, Map<String, String> parameters) {
        return AuditFact.requested(new UUID(0, 1), WHO, "job.create", subject, parameters);
    }

    @Test
    void anEntryHasTheDocumentedForm() throws NoSuchAlgorithmException {
        AuditEntry entry = AuditLogs.entries(1).get(0);
        String content = "{\"action\":\"job.create\",\"at\":\"2026-11-27T02:00:01.123456000Z\","
                + "%s\"id\":\"00000000-0000-0000-0000-000000000001\",\"number\":1,"
                + "\"parameters\":{\"maxObjects\":\"1\",\"note\":\"d\\u00f6ner \\\"1\\\"\\\\\"},"
                + "\"previousHash\":\"0000000000000000000000000000000000000000000000000000000000000000\","
                + "\"request\":0,\"result\":\"requested\",\"source\":\"http 127.0.0.1\",\"subject\":\"1.stor.d\","
                + "\"user\":\"\",\"version\":1}";
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(content.formatted("").getBytes(StandardCharsets.US_ASCII)));
        assertThat(entry.hash()).isEqualTo(hash);
        assertThat(AuditChain.line(entry)).isEqualTo(content.formatted("\"hash\":\"" + hash + "\","));
    }

    @Test
    void aLineIsReadAsTheEntry() {
        for (AuditEntry entry : AuditLogs.entries(4)) {
            assertThat(AuditChain.parse(AuditChain.line(entry))).isEqualTo(entry);
        }
    }

    @Test
    void anOutcomeNamesItsOrder() {
        AuditFact order = order("1.stor.d", Map.of());
        AuditFact accepted = order.accepted(new UUID(0, 2), 7, Map.of("job", "x"));
        assertThat(accepted.request()).isEqualTo(7);
        assertThat(accepted.subject()).isEqualTo("1.stor.d");
        assertThat(accepted.result()).isEqualTo("accepted");
        assertThat(order.refused(new UUID(0, 2), 7, "JOB_NOT_FOUND").result()).isEqualTo("refused: JOB_NOT_FOUND");
        assertThat(order.failed(new UUID(0, 2), 7, "no reply").result()).isEqualTo("failed: no reply");
        assertThatThrownBy(() -> AuditFact.requested(new UUID(0, 1), WHO, "Cancel", "", Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Every journal stores UTF-8, which has no halves of characters, and PostgreSQL stores no NUL. */
    @Test
    void whatCanNotBeStoredIsReplaced() {
        AuditFact fact = order("a\0b\nc\ud800d", Map.of("k\ud83d\ude00", "v\udc00"));
        assertThat(fact.subject()).isEqualTo("a\ufffdb\ufffdc\ufffdd");
        assertThat(fact.parameters()).containsExactly(Map.entry("k\ud83d\ude00", "v\ufffd"));
        AuditEntry entry =
                AuditChain.next(AuditHead.START, AuditLogs.entries(1).get(0).at(), fact);
        assertThat(AuditChain.parse(AuditChain.line(entry))).isEqualTo(entry);
    }

    @Test
    void longTextsAreCutAndNeverInsideACharacter() {
        for (int length = 495; length <= 510; length++) {
            for (String text : List.of("x".repeat(length), "x".repeat(length) + "\ud83d\ude00".repeat(300))) {
                String bounded = order(text, Map.of()).subject();
                assertThat(bounded.length()).isLessThanOrEqualTo(500);
                assertThat(bounded.equals(text) || bounded.endsWith("...")).isTrue();
                assertThat(bounded.codePoints().noneMatch(each -> Character.getType(each) == Character.SURROGATE))
                        .isTrue();
            }
        }
        Map<String, String> many = new HashMap<>();
        for (int name = 0; name < 100; name++) {
            many.put("name" + name, "value");
        }
        assertThat(order("", many).parameters()).hasSize(16);
    }

    @Test
    void aHeadHasOneText() {
        AuditHead head = AuditLogs.entries(3).get(2).head();
        assertThat(AuditHead.parse(head.text())).contains(head);
        assertThat(AuditHead.parse(AuditHead.START.text())).contains(AuditHead.START);
        for (String wrong : List.of("", "3", "3:", "x:" + head.hash(), head.text() + "0", " " + head.text())) {
            assertThat(AuditHead.parse(wrong)).as(wrong).isEqualTo(Optional.empty());
        }
    }

    @Test
    void theStateKeepsTheHeadAndABoundedNumberOfFacts() {
        AuditState state = AuditState.EMPTY;
        List<AuditEntry> entries = AuditLogs.entries(AuditState.MAX_RECENT + 1);
        for (AuditEntry entry : entries) {
            state = state.apply(new AuditEvent.EntryAppended(entry));
        }
        assertThat(state.last()).isEqualTo(entries.get(AuditState.MAX_RECENT).head());
        assertThat(state.recent()).hasSize(AuditState.MAX_RECENT);
        assertThat(state.find(entries.get(0).fact().id())).isEmpty();
        assertThat(state.find(entries.get(1).fact().id())).hasValue(2);
    }
}
