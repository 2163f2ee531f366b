package main

import (
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// kubernetesJobs are an Indexed Job that is the parts, and a Job that merges, suspended until somebody lets it go: a Job cannot wait
// for another. Scenario files and what they name lie on the volume, not in a ConfigMap: that has no folders and room
// for 1 MiB, and captures, traces and inputs are found beside the scenario that names them.
//
// What an index may do, from the definition of JobSpec (batch/v1): backoffLimitPerIndex "can only be set when Job's
// completionMode=Indexed, and the Pod's restart policy is Never".
var kubernetesJobs = emitTemplate(`# lossylab sweep, {{.Size}}.
# Fill in: the image, which has lossylab and a shell, and the claim of a volume that pods of all nodes can write to (ReadWriteMany).
# The names in the commands go out from the volume: copy scenario files, and what these name, there.
#
#   kubectl apply -f THIS-FILE
#   kubectl wait --for=condition=complete --timeout=-1s job/{{.Name}}
#   kubectl patch job/{{.Name}}-merge --type=merge --patch '{"spec":{"suspend":false}}'
#   kubectl logs --follow job/{{.Name}}-merge
#
# Part N is the index N-1. A part goes on where it was: the pods of an index that has failed are made anew, and the whole job may be
# deleted and applied again. Where one has failed for good, kubectl wait waits for ever (kubectl get job/{{.Name}} -o
# jsonpath={.status.failedIndexes} names it); merge nevertheless: it says which runs are missing, and of which parts.
apiVersion: batch/v1
kind: Job
metadata:
  name: {{.Name}}
spec:
  completionMode: Indexed
  completions: {{.Parts}}
  parallelism: {{.Parallel}}
  backoffLimitPerIndex: 3
  podFailurePolicy:
    rules:
    - action: Ignore # the node is needed otherwise: that is no failure
      onPodConditions:
      - type: DisruptionTarget
        status: "True"
    - action: FailIndex # wrong input does not get better
      onExitCodes:
        containerName: lossylab
        operator: In
        values: [2]
  template:
    spec:
      restartPolicy: Never # what makes pods anew is the job
      containers:
      - name: lossylab
        image: registry.example/lossylab:{{.Version}} # fill in
        workingDir: /sweep
        command:
        - sh
        - -c
        - exec "$@" --shard "$$((JOB_COMPLETION_INDEX + 1))/{{.Parts}}"
        - sh
{{yaml .Part}}
        resources:
          requests:
            cpu: {{.Workers}}
            memory: {{.Memory}}Mi
        volumeMounts:
        - name: sweep
          mountPath: /sweep
      volumes:
      - name: sweep
        persistentVolumeClaim:
          claimName: lossylab # fill in
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{.Name}}-merge
spec:
  suspend: true
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: lossylab
        image: registry.example/lossylab:{{.Version}} # fill in
        workingDir: /sweep
        command:
{{yaml .Merge}}
        volumeMounts:
        - name: sweep
          mountPath: /sweep
      volumes:
      - name: sweep
        persistentVolumeClaim:
          claimName: lossylab # fill in
`)

// The most pods that a job asks for at once, and the memory that a worker asks for, in MiB.
const (
	kubernetesPods   = 100
	kubernetesMemory = 256
)

func writeKubernetes(w io.Writer, j *clusterJob) error {
	return kubernetesJobs.Execute(w, struct {
		*clusterJob
		Version          string
		Parallel, Memory int
	}{j, version, min(j.Parts, kubernetesPods), kubernetesMemory * j.Workers})
}

// yamlWords writes the words of a command as a list within a container. JSON's strings are YAML's double-quoted ones. A pod's
// command knows $(NAME) and takes $$ for $.
func yamlWords(words []string) (string, error) {
	var lines []string
	for _, word := range words {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		if err := e.Encode(strings.ReplaceAll(word, "$", "$$")); err != nil {
			return "", err
		}
		lines = append(lines, "        - "+strings.TrimSuffix(b.String(), "\n"))
	}
	return strings.Join(lines, "\n"), nil
}

// checkVolume refuses names of files that pods would not find: they see their volume alone.
func (w *sweepSettings) checkVolume() error {
	names := []string{w.outputs.dir, w.file.path("input", w.flags.input)}
	if w.file != nil {
		names = append(names, w.file.name)
	}
	for name := range w.files() {
		if w.file != nil && !filepath.IsLocal(name) {
			name = w.file.beside(name)
		}
		names = append(names, name)
	}
	for _, name := range names {
		if name != "" && !filepath.IsLocal(name) {
			return usagef("--emit k8s: %s is not below this folder, which the pods' volume stands for: move it there and name it from here", name)
		}
	}
	for _, arg := range w.args {
		if !utf8.ValidString(arg) {
			return usagef("--emit k8s: %q is not UTF-8, and Kubernetes takes nothing else: write it otherwise", arg)
		}
	}
	return nil
}
