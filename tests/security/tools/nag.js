// Prints [template, rule, logical id] for each finding of AwsSolutions in the templates that it is given.
const path = require('path');
const { App, Stack } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks } = require('cdk-nag');

for (const file of process.argv.slice(2)) {
  const app = new App();
  const stack = new Stack(app, 'Flat');
  new CfnInclude(stack, 'Template', { templateFile: file });
  const report = new AwsSolutionsChecks(app).validateScope(app);
  for (const { ruleName, violatingResources } of report.violations) {
    for (const { constructPath } of violatingResources) {
      console.log(JSON.stringify([path.basename(file, '.json'), ruleName, constructPath.split('/').pop()]));
    }
  }
}
