package io.rebalancer.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.access.TokenRefusal;
import io.rebalancer.core.certificate.CertificateRefusal;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.port.FleetAgents.AgentUnavailable;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.ReconciliationService.RunRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The codes of problems are the same in the contract, in the document for operators and in the sources. */
class ProblemCodesTest {
    private static final Path DOCUMENT = Path.of("../docs/operations/problem-codes.md");
    private static final Path SOURCES = Path.of("src/main/java/io/rebalancer/http");
    private static final Pattern ROW = Pattern.compile("\\| `([A-Z_]+)` \\| ([\\d, ]+) \\| ([^|]+) \\| ([^|]+) \\|");
    /** The status may be a call with one argument. */
    private static final Pattern PROBLEM =
            Pattern.compile("Problem\\.of\\(\\s*(?:[\\w.]+(?:\\([^()]*(?:\\(\\))?\\))?),\\s*([^,]+),");

    private static final String AGENTS = "## Only agents";

    private static String document() throws IOException {
        return Files.readString(DOCUMENT);
    }

    /** The statuses of each code in a part of the document for operators. */
    private static Map<String, Set<String>> rows(String part) {
        Map<String, Set<String>> rows = new TreeMap<>();
        ROW.matcher(part).results().forEach(row -> {
            assertThat(rows.put(row.group(1), new TreeSet<>(List.of(row.group(2).split(", ")))))
                    .as(row.group(1))
                    .isNull();
            assertThat(row.group(3)).isNotBlank();
            assertThat(row.group(4)).isNotBlank();
        });
        return rows;
    }

    private static Map<String, Set<String>> documented() throws IOException {
        String text = document();
        return rows(text.substring(0, text.indexOf(AGENTS)));
    }

    private static Map<String, Set<String>> documentedForAgents() throws IOException {
        String text = document();
        return rows(text.substring(text.indexOf(AGENTS)));
    }

    @Test
    void theContractListsTheDocumentedCodes() throws IOException {
        Set<String> codes = new TreeSet<>();
        ContractDocument.MANAGER
                .root()
                .at("/components/schemas/ProblemCode/enum")
                .forEach(code -> codes.add(code.asText()));
        assertThat(documented().keySet()).isEqualTo(codes);
    }

    /** Each code occurs in the contract with exactly the statuses that operators read about. */
    @Test
    void theContractHasTheDocumentedStatuses() throws IOException {
        Map<String, Set<String>> statuses = new TreeMap<>();
        for (ContractDocument.Operation operation : ContractDocument.MANAGER.operations()) {
            operation.node().path("responses").fieldNames().forEachRemaining(status -> {
                JsonNode response = ContractDocument.MANAGER
                        .response(operation, Integer.parseInt(status))
                        .orElseThrow()
                        .node();
                for (JsonNode code :
                        response.at("/content/application~1problem+json/schema/allOf/1/properties/code/enum")) {
                    statuses.computeIfAbsent(code.asText(), added -> new TreeSet<>())
                            .add(status);
                }
            });
        }
        assertThat(statuses).isEqualTo(documented());
    }

    @Test
    void theSourcesUseTheDocumentedCodes() throws IOException {
        Set<String> used = new TreeSet<>(List.of("TOKEN_REQUIRED", "TOKEN_INVALID", "TOKEN_EXPIRED", "TOKEN_REVOKED"));
        for (Enum<?>[] refusals : List.<Enum<?>[]>of(
                JobRefused.Code.values(),
                PlanRefusal.Code.values(),
                CertificateRefusal.Code.values(),
                TokenRefusal.Code.values(),
                AgentUnavailable.Code.values(),
                RunRefused.Code.values())) {
            Arrays.stream(refusals).map(Enum::name).forEach(used::add);
        }
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                used.addAll(codes(file, Files.readString(file)));
            }
        }
        Set<String> all = new TreeSet<>(documented().keySet());
        all.addAll(documentedForAgents().keySet());
        assertThat(used).isEqualTo(all);
    }

    /** Every code in a source has a form that this test understands, so none is missed. */
    private static Set<String> codes(Path file, String source) {
        Set<String> codes = new TreeSet<>();
        Matcher problems = PROBLEM.matcher(source);
        int found = 0;
        while (problems.find()) {
            found++;
            String code = problems.group(1).strip();
            if (code.startsWith("\"")) {
                codes.add(code.replace("\"", ""));
            } else if (code.matches("[A-Z_]+")) {
                codes.add(constant(source, code));
            } else {
                assertThat(code).as("%s", file).matches("refus(ed|al)\\.(code\\(\\)\\.)?name\\(\\)");
            }
        }
        int all = source.split("Problem\\.of\\(", -1).length - 1;
        assertThat(found).as("calls of Problem.of in %s", file).isEqualTo(all);
        return codes;
    }

    private static String constant(String source, String name) {
        Matcher value = Pattern.compile("String " + name + " = \"([A-Z_]+)\"").matcher(source);
        assertThat(value.find()).as(name).isTrue();
        return value.group(1);
    }

    @Test
    void aPlantedCodeIsFound() {
        String source = "return Problem.of(StatusCodes.CONFLICT, \"PLANTED\", \"x\");"
                + "Problem.of(statusOf(refused.code()), refused.code().name(), x);";
        assertThat(codes(Path.of("Planted.java"), source)).containsExactly("PLANTED");
    }
}
