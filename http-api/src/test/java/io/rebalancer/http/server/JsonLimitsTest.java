package io.rebalancer.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.rebalancer.cluster.settings.LegacySettings;
import io.rebalancer.http.ApiServer;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Bodies that are short as text and large as a tree are refused before the tree exists. */
class JsonLimitsTest {
    private static final int MAX_ASSIGNMENT_BYTES = 8 << 20;

    private static String list(String element) {
        int times = (MAX_ASSIGNMENT_BYTES - 2) / (element.length() + 1);
        return "[" + element + ("," + element).repeat(times - 1) + "]";
    }

    @Test
    void aBodyOfMillionsOfEmptyListsIsRefused() {
        assertThatThrownBy(() -> Json.read(list("[]")))
                .isInstanceOf(StreamConstraintsException.class)
                .hasMessageContaining("Token count");
    }

    @Test
    void theLargestLegalAssignmentsAreRead() throws JsonProcessingException {
        String id = "b2f8a9a0-65e1-4c27-8a3d-0123456789ab";
        String positional =
                "[\"" + id + "\",\"" + id + "\",\"XUFAKrxLKna5cZ2REBfFkg==\",[\"d\",\"2.stor.d\"],\"Pending\"]";
        String named = "{\"object_id\":\"" + id + "\",\"owner\":\"" + id
                + "\",\"md5sum\":\"XUFAKrxLKna5cZ2REBfFkg==\",\"source\":{\"datacenter\":\"d\","
                + "\"manta_storage_id\":\"2.stor.d\"},\"status\":\"Pending\"}";
        assertThat(Json.read(list(positional)).size()).isGreaterThan(60_000);
        assertThat(Json.read(list(named)).size()).isGreaterThan(35_000);
    }

    @Test
    void theResponseNamesTheLimit() throws Exception {
        ApiServer.start(new LegacySettings(0, false));
        try {
            HttpResponse<String> deep =
                    ApiServer.post("/api/v1/jobs", "{\"leavingNode\":" + "[".repeat(33) + "]".repeat(33) + "}");
            assertThat(deep.statusCode()).isEqualTo(400);
            assertThat(deep.body()).contains("exceeds a limit of JSON", "nesting depth", "32");
            HttpResponse<String> legacy = ApiServer.post("/jobs", "[".repeat(33) + "]".repeat(33));
            assertThat(legacy.statusCode()).isEqualTo(422);
        } finally {
            ApiServer.stop();
        }
    }
}
