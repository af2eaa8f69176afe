package io.rebalancer.http.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.RetryClass;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.certificate.CertificateCheck;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.explain.Bottleneck;
import io.rebalancer.core.explain.RecordStatus;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.port.ListOrder;
import io.rebalancer.core.preflight.CheckName;
import io.rebalancer.core.preflight.CheckResult;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.settings.EffectiveSetting;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.text.StableWord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The words and limits of the contract are those of the code. */
class ContractWordsTest {
    private static final JsonNode SCHEMAS = ContractDocument.MANAGER.root().at("/components/schemas");

    static Stream<Arguments> words() {
        return Stream.of(
                arguments("/JobState", names(JobPhase.values())),
                arguments("/Reason", words(Reason.values())),
                arguments("/RetryClass", words(RetryClass.values())),
                arguments("/Bottleneck", words(Bottleneck.values())),
                arguments("/AssignmentState", words(AssignmentState.values())),
                arguments("/CheckName", words(CheckName.values())),
                arguments(
                        "/WaivableCheck",
                        Arrays.stream(CheckName.values())
                                .filter(CheckName::isWaivable)
                                .map(CheckName::word)
                                .toList()),
                arguments("/Check/properties/outcome", names(CheckResult.Outcome.values())),
                arguments("/WaitCause", words(JobWait.Cause.values())),
                arguments("/ExceptionKind", words(UnmovedRecord.Kind.values())),
                arguments("/RecordStatus", words(RecordStatus.values())),
                arguments("/PlanState", names(PlanProgress.State.values())),
                arguments("/ListOrder", words(ListOrder.values())),
                arguments("/Gate", names(CopyGate.values())),
                arguments("/ServiceState", names(ServiceState.values())),
                arguments("/PenaltyOfCause/properties/cause", words(PenaltyCause.values())),
                arguments("/CertificateCheck/properties/scope", words(CertificateCheck.Scope.values())),
                arguments("/CertificateCheck/properties/verdict", words(CertificateCheck.Verdict.values())),
                arguments("/Setting/properties/origin", words(EffectiveSetting.Origin.values())),
                arguments(
                        "/Setting/properties/name",
                        Arrays.stream(SettingName.values())
                                .map(SettingName::word)
                                .toList()));
    }

    private static List<String> names(Enum<?>[] constants) {
        return texts(constants, Enum::name);
    }

    private static List<String> words(Enum<?>[] constants) {
        return texts(constants, StableWord::of);
    }

    private static List<String> texts(Enum<?>[] constants, Function<Enum<?>, String> text) {
        return Arrays.stream(constants).map(text).toList();
    }

    @ParameterizedTest
    @MethodSource("words")
    void theWordsAreThoseOfTheCode(String pointer, List<String> expected) {
        List<String> documented = new ArrayList<>();
        SCHEMAS.at(pointer + "/enum").forEach(word -> documented.add(word.asText()));
        assertThat(documented).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void theLimitsOfSettingsAreThoseOfTheCode() {
        for (SettingName name : SettingName.values()) {
            JsonNode ofJob = SCHEMAS.at("/JobSettingsChange/properties").path(name.word());
            assertThat(ofJob.path("minimum").asLong()).isEqualTo(name.min());
            assertThat(ofJob.path("maximum").asLong()).isEqualTo(name.max());
            JsonNode ofFleet = SCHEMAS.at("/FleetSettingsChange/properties").path(name.word());
            assertThat(ofFleet.isMissingNode()).isEqualTo(!name.isFleetWide());
            assertThat(ofFleet.path("maximum").asLong(name.max())).isEqualTo(name.max());
            assertThat(ofFleet.path("minimum").asLong(name.min())).isEqualTo(name.min());
        }
    }
}
