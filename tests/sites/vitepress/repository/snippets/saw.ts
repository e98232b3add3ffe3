// #region teeth
export const teeth = 12;
// #endregion teeth
export const blade = 2;
