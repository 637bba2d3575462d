package conformance;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/**
 * HL7's InstanceValidator against base R4, offline. Takes NDJSON files; prints a line for every error, tab-separated: file, line, place,
 * message; and at last how many resources were seen.
 */
public final class Validate {
  private Validate() {}

  public static void main(String[] files) throws IOException {
    FhirValidator validator = validator();
    long seen = 0;
    for (String file : files) {
      List<String> lines = Files.readAllLines(Path.of(file));
      for (int i = 0; i < lines.size(); i++, seen++) {
        for (SingleValidationMessage message : validator.validateWithResult(lines.get(i)).getMessages()) {
          if (message.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0) {
            String text = message.getMessage().replaceAll("\\s+", " ");
            System.out.println(String.join("\t", file, "" + (i + 1), message.getLocationString(), text));
          }
        }
      }
    }
    System.out.println("seen\t" + seen);
  }

  /** What is in no code system here, of SNOMED CT or LOINC, is not an error. */
  private static FhirValidator validator() {
    FhirContext context = FhirContext.forR4();
    UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
    unknown.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
    ValidationSupportChain support = new ValidationSupportChain(
        new DefaultProfileValidationSupport(context), new CommonCodeSystemsTerminologyService(context),
        new InMemoryTerminologyServerValidationSupport(context), unknown);
    FhirInstanceValidator module = new FhirInstanceValidator(support);
    module.setAnyExtensionsAllowed(true);
    return context.newValidator().registerValidatorModule(module);
  }
}
