package io.rebalancer.adm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong input prints one line on standard error, which names it and what to do, and nothing on standard output. */
class WrongInputTest {
    private static final String ID = "11111111-1111-4111-8111-111111111111";

    private final ServedCommand command = ServedCommand.start(this::respond);

    WrongInputTest() throws IOException {}

    @AfterEach
    void stop() {
        command.close();
    }

    private ServedCommand.Response respond(ServedCommand.Request request) {
        return request.path().startsWith("/api/v1/plans")
                ? new ServedCommand.Response(
                        400, "{\"code\":\"BAD_PLAN_ID\",\"detail\":\"not a plan id (a UUID): abc\"}")
                : new ServedCommand.Response(
                        400, "{\"code\":\"BAD_JOB_ID\",\"detail\":\"\\\"abc\\\" is not a job id (a UUID)\"}");
    }

    private void assertOneLine(String expected, String... arguments) {
        assertThat(command.run(arguments)).isEqualTo(1);
        assertThat(command.err().lines()).singleElement().asString().contains(expected);
        assertThat(command.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            job create 1.stor --plan             | --plan ID; rebalancer-adm job create --help explains the arguments
            job create 1.stor --frob             | Found argument '--frob' which wasn't expected
            job create 1.stor 2.stor             | Found argument '2.stor' which wasn't expected
            job create 1.stor --max-objects many | '--max-objects': a whole number is required, not 'many'
            plan create 1.stor --max-fill many   | '--max-fill': a whole number is required, not 'many'
            plan create 1.stor --max-fill 1e9    | '--max-fill': a whole number is required, not '1e9'
            plan create 1.stor --max-fill 4294967296 | '--max-fill': the number 4294967296 is too large or too small
            job list --output yaml               | '--output': expected one of [table, json, jsonl]
            job why ID object-1                  | 'object-1' is no object: give its id (a UUID), or its key
            job why ID 1-1-1-1-1                 | '1-1-1-1-1' is no object
            """)
    void itIsFoundBeforeARequestIsSent(String line, String expected) {
        assertOneLine(expected, line.replace("ID", ID).split(" "));
        assertThat(command.requests()).isEmpty();
    }

    @Test
    void theCommandThatListsPlansIsNamed() {
        assertOneLine("(400 BAD_PLAN_ID); rebalancer-adm plan list shows all ids", "plan", "get", "abc");
    }

    @Test
    void theCommandThatListsJobsIsNamed() {
        assertOneLine("(400 BAD_JOB_ID); rebalancer-adm job list --output table shows all ids", "job", "watch", "abc");
    }

    /** The message is between double quotes, as in the legacy tool. */
    @Test
    void aQuotedWordInAMessageIsInSingleQuotes() {
        assertOneLine("Error: \"'abc' is not a job id", "job", "watch", "abc");
        assertThat(command.runWithoutUrl("job", "watch", ID, "--url", "nonsense"))
                .isEqualTo(1);
        assertThat(command.err()).startsWith("Error: \"'nonsense' is no address of a manager; set --url");
    }

    @Test
    void aMissingFileAndAnUnreachableManagerAreNamedWithoutJavasWords() {
        assertOneLine("none can't be read (no such file or directory)", "job", "watch", ID, "--token-file", "none");
        assertThat(command.runWithoutUrl("job", "watch", ID, "--timeout", "1ms", "--url", "http://127.0.0.1:1"))
                .isEqualTo(1);
        assertThat(command.err()).contains("http://127.0.0.1:1 (Connection refused) can't be reached");
    }
}
