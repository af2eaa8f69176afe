package io.rebalancer.manager.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The encodings of all generations, manta.md 3.1 to 3.4. */
class LegacyWireTest {
    private static final UUID OBJECT = UUID.fromString("b2f8a9a0-0000-4000-8000-000000000001");
    private static final Assignment ASSIGNMENT = new Assignment(
            UUID.fromString("3e1d0000-0000-4000-8000-000000000001"),
            new CopyLocation("dc1", new StorageNodeId("1.stor.d")),
            List.of(new CopyTask(
                    new RecordRef(1, "/o/stor/x"),
                    OBJECT,
                    UUID.fromString("65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10"),
                    5,
                    new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                    List.of(new StorageNodeId("2.stor.d"), new StorageNodeId("3.stor.d")))));

    private static String status(String state) {
        return "{\"uuid\":\"" + ASSIGNMENT.id() + "\",\"stats\":{\"state\":" + state
                + ",\"failed\":1,\"complete\":1,\"total\":1}}";
    }

    @Test
    void anAssignmentHasTheFormThatEveryGenerationAccepts() {
        assertThat(LegacyWire.payload(ASSIGNMENT))
                .isEqualTo("{\"id\":\"3e1d0000-0000-4000-8000-000000000001\",\"tasks\":[{\"object_id\":\"" + OBJECT
                        + "\",\"owner\":\"65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10\",\"md5sum\":\"XUFAKrxLKna5cZ2REBfFkg==\","
                        + "\"source\":{\"datacenter\":\"\",\"manta_storage_id\":\"2.stor.d\"}}]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"Scheduled\"", "\"Running\""})
    void anIncompleteAssignmentHasNoReport(String state) {
        assertThat(LegacyWire.failures(ASSIGNMENT, status(state))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"Complete\":null}", "{\"Complete\":[]}"})
    void bothFormsOfSuccessAreUnderstood(String state) {
        assertThat(LegacyWire.failures(ASSIGNMENT, status(state)).orElseThrow()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"Failed":"MD5Mismatch"}                                                   | MD5_MISMATCH
            {"Failed":{"MD5Mismatch":null}}                                            | MD5_MISMATCH
            {"Failed":"AgentFSError"}                                                  | AGENT_FS_ERROR
            {"Failed":{"HTTPStatusCode":404}}                                          | SOURCE_OBJECT_NOT_FOUND
            {"Failed":{"HTTPStatusCode":503}}                                          | HTTP_STATUS_CODE
            {"Failed":"SourceObjectNotFound"}                                          | SOURCE_OBJECT_NOT_FOUND
            {"Failed":"SourceOtherError"}                                              | SOURCE_OTHER_ERROR
            {"Failed":"NetworkError"}                                                  | SOURCE_OTHER_ERROR
            {"Failed":"SomethingFromTheFuture"}                                        | SOURCE_OTHER_ERROR
            {"state":"Failed","reason":{"type":"MD5Mismatch"}}                         | MD5_MISMATCH
            {"state":"Failed","reason":{"type":"HTTPStatusCode","status_code":500}}    | HTTP_STATUS_CODE
            """)
    void failuresOfEveryGenerationAreUnderstoodAndKeptInTheDetail(String status, Reason reason) {
        String state = "{\"Complete\":[{\"object_id\":\"" + OBJECT + "\",\"status\":" + status + "}]}";
        List<UnmovedRecord> failures =
                LegacyWire.failures(ASSIGNMENT, status(state)).orElseThrow();
        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.record()).isEqualTo(new RecordRef(1, "/o/stor/x"));
            assertThat(failure.detail()).contains("1.stor.d").contains(OBJECT.toString());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "{\"stats\":{\"state\":{\"Complete\":7}}}",
                "{\"stats\":{\"state\":{\"Complete\":[{\"object_id\":\"other\"}]}}}"
            })
    void anInvalidStatusIsNotTakenForSuccess(String body) {
        assertThatThrownBy(() -> LegacyWire.failures(ASSIGNMENT, body)).isInstanceOf(IllegalArgumentException.class);
    }
}
