package io.rebalancer.manager.fast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactJsonTest {
    private static final Set<String> NAMES = Set.of("a", "d");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":1.50,\"b\":{\"a\":2,\"c\":[{\"d\":[]}]},\"d\":[{\"a\":null},2]}",
                "{\"a\":1,\"a\":\"last\"}",
                "{\"a\":null,\"d\":{\"e\":123456789012345678901234567890}}",
                " {\"b\" : \"\\u00e9\\n\" , \"d\" : true } "
            })
    void membersAreThoseOfTheTree(String text) throws Exception {
        ObjectNode expected = ((ObjectNode) ExactJson.MAPPER.readTree(text)).retain(NAMES);
        assertThat(ExactJson.members(text, NAMES)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"a\":1}]", "1", "null", "\"a\""})
    void whatIsNoObjectHasNoMembers(String text) throws Exception {
        assertThat(ExactJson.members(text, NAMES)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1} x",
                "{\"a\":1}{}",
                "{\"a\":1",
                "{\"b\":[1,}",
                "{\"b\":\"no end",
                "{\"b\":01}",
                "{\"b\" 1}",
                "x"
            })
    void aTextThatTheTreeRefusesIsRefused(String text) {
        assertThatThrownBy(() -> ExactJson.MAPPER.readTree(text)).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> ExactJson.members(text, NAMES)).isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void anEmptyTextHasNoMembers() throws Exception {
        JsonNode tree = ExactJson.MAPPER.readTree("");
        assertThat(tree.isMissingNode()).isTrue();
        assertThat(ExactJson.members("", NAMES)).isEmpty();
    }

    @Test
    void aTreeIsWrittenInUtf8AndRawValuesStayAsTheyAre() {
        var tree = ExactJson.MAPPER.createObjectNode().put("text", "é日😀");
        tree.putRawValue("raw", new RawValue("{ \"half\": \"\\ud83d\" }"));
        assertThat(new String(ExactJson.bytes(tree), StandardCharsets.UTF_8))
                .isEqualTo("{\"text\":\"é日\\uD83D\\uDE00\",\"raw\":{ \"half\": \"\\ud83d\" }}");
    }

    @Test
    void halfASurrogatePairSurvives() {
        var tree = ExactJson.MAPPER.createArrayNode().add("a\ud83d");
        assertThat(new String(ExactJson.bytes(tree), StandardCharsets.UTF_8)).isEqualTo("[\"a\\uD83D\"]");
    }
}
