/** The rights of docs/operating.md for one service account: to keep records in its namespace, and to make the definition. */
export function rightsOf(namespace: string, name: string): readonly object[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const apiGroup = 'rbac.authorization.k8s.io';
  const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete'];
  const crds = { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['create'] };
  const subjects = [{ kind: 'ServiceAccount', namespace, name }];
  const role = { kind: 'Role', name, apiGroup };
  const clusterRole = { kind: 'ClusterRole', name, apiGroup };
  return [
    {
      ...{ apiVersion, kind: 'Role', metadata: { name, namespace } },
      rules: [{ apiGroups: ['ostiary.dev'], resources: ['records'], verbs }],
    },
    { apiVersion, kind: 'RoleBinding', metadata: { name, namespace }, roleRef: role, subjects },
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: [crds] },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: clusterRole, subjects },
  ];
}
